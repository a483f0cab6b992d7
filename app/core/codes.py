"""The words that every part agrees on: error codes, rejection reasons and the states of the page.

No import: MicroPython reads this file as well.
"""

# Why there is no reading. These are a contract: tools outside read them.
NO_NAIL = "no_nail"
UNUSABLE_NAILS = "unusable_nails"
IMPLAUSIBLE = "implausible"
UNREADABLE_IMAGE = "unreadable_image"
TOO_LARGE = "too_large"
MODEL_UNAVAILABLE = "model_unavailable"
ERROR_CODES = (NO_NAIL, UNUSABLE_NAILS, IMPLAUSIBLE, UNREADABLE_IMAGE, TOO_LARGE, MODEL_UNAVAILABLE)

# Why a nail that was found does not count.
NAIL_TOO_SMALL = "too_small"
NAIL_CUT_OFF = "cut_off"
NAIL_TOO_DARK = "too_dark"
NAIL_OVEREXPOSED = "overexposed"
NAIL_REASONS = (NAIL_TOO_SMALL, NAIL_CUT_OFF, NAIL_TOO_DARK, NAIL_OVEREXPOSED)
