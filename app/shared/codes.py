"""The words that every part agrees on: error codes, rejection reasons and the states of the page.

No import: MicroPython reads this file as well.
"""

# Why there is no reading. These are a contract: tools outside read them.
NO_NAIL = "no_nail"
UNUSABLE_NAILS = "unusable_nails"
# Most of the nails that could be measured are none, or painted, or unlike all that the models learned from.
STRANGE_NAILS = "strange_nails"
IMPLAUSIBLE = "implausible"
UNREADABLE_IMAGE = "unreadable_image"
TOO_LARGE = "too_large"
MODEL_UNAVAILABLE = "model_unavailable"
ERROR_CODES = (NO_NAIL, UNUSABLE_NAILS, STRANGE_NAILS, IMPLAUSIBLE, UNREADABLE_IMAGE, TOO_LARGE, MODEL_UNAVAILABLE)

# The recipe of the models that ship, and of a models.json that names none.
RECIPE_OURS = "ours"

# Why a scan has none, besides those.
TOO_FEW_FRAMES = "too_few_frames"
UNRELIABLE = "unreliable"
# The device measures too few frames in the time that a scan may last.
TOO_SLOW = "too_slow"
SCAN_CODES = (TOO_FEW_FRAMES, UNRELIABLE, TOO_SLOW)

# What only the page can say: a chosen file that does not come, a browser that hides from pages what pictures look like,
# one that cannot run the networks, a fault of ours.
FILE_UNREADABLE = "file_unreadable"
PICTURES_HIDDEN = "pictures_hidden"
BROWSER_TOO_OLD = "browser_too_old"
UNEXPECTED = "unexpected"
PAGE_CODES = (FILE_UNREADABLE, PICTURES_HIDDEN, BROWSER_TOO_OLD, UNEXPECTED)
# Those whose message names a file, a part or a fault, which no words of the page can know.
DETAILED_CODES = (UNREADABLE_IMAGE, TOO_LARGE, MODEL_UNAVAILABLE) + PAGE_CODES

# Why a nail that was found does not count.
NAIL_TOO_SMALL = "too_small"
NAIL_CUT_OFF = "cut_off"
NAIL_TOO_DARK = "too_dark"
NAIL_OVEREXPOSED = "overexposed"
# Of a picture: it is grey, or toned in one colour.
NAIL_NO_COLOUR = "no_colour"
# By what the estimator's network makes of it: a bare nail, but badly photographed;
NAIL_GLARE = "glare"
NAIL_BLUR = "blur"
# with its blood pressed out, so that it is pale;
NAIL_PRESSED = "pressed"
SPOILED_REASONS = (NAIL_GLARE, NAIL_BLUR, NAIL_PRESSED)
# painted, no nail, or like nothing that the models learned from.
NAIL_POLISH = "polish"
NAIL_NOT_A_NAIL = "not_a_nail"
NAIL_STRANGE = "strange"
STRANGE_REASONS = (NAIL_POLISH, NAIL_NOT_A_NAIL, NAIL_STRANGE)
LIKENESS_REASONS = STRANGE_REASONS + SPOILED_REASONS
# Where half of the nails are so, the others are not to be trusted either: who paints some nails has paint on the rest,
# what blurs some blurs all, and among knuckles a nail is one by chance.
SHARED_REASONS = STRANGE_REASONS + (NAIL_BLUR,)
# Of LIKENESS_REASONS, those that the network has an output of their own for.
LIKENESS_SIGNS = (NAIL_POLISH, NAIL_NOT_A_NAIL) + SPOILED_REASONS
# Those with words of their own where they are the only one.
TELLING_REASONS = (
    NAIL_TOO_SMALL,
    NAIL_CUT_OFF,
    NAIL_TOO_DARK,
    NAIL_OVEREXPOSED,
    NAIL_NO_COLOUR,
) + LIKENESS_SIGNS
# No patch of skin on its finger, for models that compare the two.
NAIL_NO_SKIN = "no_skin"
# Of a scan: in too few of its frames.
NAIL_SELDOM = "seen_too_seldom"
NAIL_REASONS = (
    NAIL_TOO_SMALL,
    NAIL_CUT_OFF,
    NAIL_TOO_DARK,
    NAIL_OVEREXPOSED,
    NAIL_NO_COLOUR,
    NAIL_SELDOM,
    NAIL_NO_SKIN,
) + LIKENESS_REASONS

# Why a frame of a scan does not count, besides the reasons of its nails.
FRAME_OUTLIER = "outlier"
# The camera gave the same picture again.
FRAME_REPEATED = "repeated"
# Of another width or height than the frames after it.
FRAME_OTHER_SIZE = "other_size"
# With white paper beside the nails where most frames have none, or without where most have some.
FRAME_OTHER_REFERENCE = "other_reference"
FRAME_REASONS = (
    NO_NAIL,
    IMPLAUSIBLE,
    FRAME_OUTLIER,
    FRAME_REPEATED,
    FRAME_OTHER_SIZE,
    FRAME_OTHER_REFERENCE,
) + NAIL_REASONS

# The light on the nails against that of the training photographs.
LIGHT_GOOD = "like_training"
LIGHT_DARK = "darker"
LIGHT_BRIGHT = "brighter"
LIGHT_TINTED = "tinted"
LIGHT_UNKNOWN = "unknown"
LIGHTS = (LIGHT_GOOD, LIGHT_DARK, LIGHT_BRIGHT, LIGHT_TINTED, LIGHT_UNKNOWN)
UNLEARNED_LIGHTS = (LIGHT_DARK, LIGHT_BRIGHT, LIGHT_TINTED)

# White paper beside the nails: its colour says what the light is, or why it does not.
REFERENCE_OK = "ok"
REFERENCE_MISSING = "missing"
# Blown out.
REFERENCE_CLIPPED = "clipped"
# Of the colour of skin or wood.
REFERENCE_TINTED = "tinted"
REFERENCE_SMALL = "small"
# Shadows, folds, a pattern.
REFERENCE_UNEVEN = "uneven"
# The models that measure know nothing of paper.
REFERENCE_UNUSED = "unused"
REFERENCES = (
    REFERENCE_OK,
    REFERENCE_MISSING,
    REFERENCE_CLIPPED,
    REFERENCE_TINTED,
    REFERENCE_SMALL,
    REFERENCE_UNEVEN,
    REFERENCE_UNUSED,
)

# Why there is no picture from the camera, or none any more.
CAMERA_DENIED = "camera_denied"
CAMERA_MISSING = "camera_missing"
CAMERA_BUSY = "camera_busy"
CAMERA_LOST = "camera_lost"
CAMERA_INSECURE = "camera_insecure"
# It gives no picture, or the same one for ever.
CAMERA_FROZEN = "camera_frozen"
# The system holds its picture back for a while, as a phone does during a call.
CAMERA_MUTED = "camera_muted"
# The browser plays no picture before somebody taps.
CAMERA_TAP = "camera_tap"
SCAN_HIDDEN = "scan_hidden"
SCAN_TURNED = "scan_turned"
CAMERA_CODES = (
    CAMERA_DENIED,
    CAMERA_MISSING,
    CAMERA_BUSY,
    CAMERA_LOST,
    CAMERA_INSECURE,
    CAMERA_FROZEN,
    CAMERA_MUTED,
    CAMERA_TAP,
    SCAN_HIDDEN,
    SCAN_TURNED,
)

# What is done with a frame, in this order.
TRANSFER = "transfer"
GRAB = "grab"
FOLLOW = "follow"
LETTERBOX = "letterbox"
DETECT = "detect"
DECODE = "decode"
GATES = "gates"
LIGHT = "light"
CROP = "crop"
ESTIMATE = "estimate"
STAGES = (TRANSFER, GRAB, FOLLOW, LETTERBOX, DETECT, DECODE, GATES, LIGHT, CROP, ESTIMATE)
# Those of them that are our own Python and no network.
PYTHON_STAGES = (FOLLOW, LETTERBOX, DECODE, GATES, LIGHT, CROP)
