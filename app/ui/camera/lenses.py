"""A device's cameras by what browsers say of them: which look away from the screen, and which of those is the main one.

A camera is a dict {"id", "label", "facing"}: its deviceId and label, empty until the person has allowed the camera, and
REAR, FRONT or None. No import: the tests of both Pythons read this file.
"""

# As `facingMode` calls them.
REAR, FRONT = "environment", "user"

# What labels say: Android's and desktops' in English, Apple's in the language of the device.
REAR_WORDS = ("back", "rear", "environment", "rück", "trasera", "arrière", "خلفية", "बैक", "पीछे", "背面", "后置")
FRONT_WORDS = ("front", "user", "facetime", "selfie", "avant", "أمامية", "फ़्रंट", "फ्रंट", "सामने", "前面", "前置")
# Lenses that see nails worse than the main one, and Apple's cameras that change their lens in the middle.
SPECIAL_WORDS = ("ultra", "tele", "télé", "macro", "makro", "depth", "infra", "dual", "triple", "desk view")


def facing_of(label, modes):
    """Where a camera looks: by the `facingMode`s that it can have, else by its label, else None.

    Args:
        modes: list of text, empty where the browser does not say.
    """
    for mode in modes:
        if mode in (REAR, FRONT):
            return mode
    said = label.lower()
    for facing, words in ((REAR, REAR_WORDS), (FRONT, FRONT_WORDS)):
        if any(word in said for word in words):
            return facing
    return None


def in_order(cameras):
    """The rear ones first, the main one of them before the others, then those that do not say, then the front ones."""
    ranked = []
    for place, camera in enumerate(cameras):
        label = camera["label"].lower()
        facing = (REAR, None, FRONT).index(camera["facing"])
        special = any(word in label for word in SPECIAL_WORDS)
        # "camera2 0, facing back" comes before "camera2 2, facing back", "Back Camera" before "Back Wide Camera". The
        # place keeps the order of the browser: MicroPython's `sorted` does not.
        ranked.append((facing, special, len(label) if facing != 1 else 0, _number(label), place))
    return [cameras[rank[-1]] for rank in sorted(ranked)]


def main_rear(cameras):
    """The camera to begin with; None where the browser knows better."""
    for camera in in_order(cameras):
        if camera["id"] and camera["facing"] == REAR:
            return camera
    return None


def find(cameras, camera_id, label):
    """The camera that was chosen on another visit; None where it is gone. Ids may change, labels do not."""
    for name, value in (("id", camera_id), ("label", label)):
        for camera in cameras:
            if value and camera["id"] and camera[name] == value:
                return camera
    return None


def after(cameras, camera_id):
    """The next one in order, and after the last the first; None where there is no other."""
    ordered = [camera for camera in in_order(cameras) if camera["id"]]
    ids = [camera["id"] for camera in ordered]
    if len(ids) < 2:
        return None
    return ordered[(ids.index(camera_id) + 1) % len(ids)] if camera_id in ids else ordered[0]


def _number(label):
    """The number in "camera2 0, facing back"; 0 where there is none."""
    for word in label.replace(",", " ").split():
        if word.isdigit():
            return int(word)
    return 0
