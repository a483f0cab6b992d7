"""Every word a person reads, for the terminal and the screens: one table of texts a language, `en` and its siblings.

MicroPython reads this package as well: no import but `app.shared.codes`, `app.shared.groups` and the tables.
"""

from app.shared import codes, groups
from app.shared.words import en

# Code, its own name, and the way it is written.
LANGUAGES = (
    ("en", "English", "ltr"),
    ("de", "Deutsch", "ltr"),
    ("es", "Español", "ltr"),
    ("fr", "Français", "ltr"),
    ("ar", "العربية", "rtl"),
    ("hi", "हिन्दी", "ltr"),
)
DEFAULT = "en"

_texts = en.TEXTS
_code = DEFAULT


def use(code: str) -> None:
    """Speak this language from now on.

    Raises:
        ValueError: there is no such language.
    """
    global _texts, _code
    if code not in [known for known, _, _ in LANGUAGES]:
        raise ValueError(f"no language {code!r}")
    _texts = texts_of(code)
    _code = code


def texts_of(code: str) -> dict[str, str]:
    """The table of a language."""
    table: dict[str, str] = __import__("app.shared.words." + code, None, None, ("TEXTS",)).TEXTS
    return table


def current() -> str:
    """The code of the language that is spoken."""
    return _code


def direction() -> str:
    """ "ltr" or "rtl"."""
    return next(way for code, _, way in LANGUAGES if code == _code)


def wanted(preferred: list[str]) -> str:
    """The first of somebody's languages, as browsers list them ("de-AT", "en"), that there is; else English."""
    known = [code for code, _, _ in LANGUAGES]
    for tag in preferred:
        code = tag.lower().split("-")[0]
        if code in known:
            return code
    return DEFAULT


def say(key: str, **values: object) -> str:
    """A text, filled in.

    Raises:
        KeyError: no language has it.
    """
    text = _texts[key] if key in _texts else en.TEXTS[key]
    return text.format(**values) if values else text


def number(value: float, digits: int = 1) -> str:
    """A number as the language writes it: 12.3 or 12,3."""
    return f"{value:.{digits}f}".replace(".", _texts["decimal"])


def whole(value: int) -> str:
    """A whole number as the language writes it: 2,400 or 2.400."""
    if value < 0:
        return "\u2212" + whole(-value)
    if value < 1000:
        return str(value)
    return say("thousands", thousands=whole(value // 1000), rest=f"{value % 1000:03d}")


def elevation_words(elevation_m: int) -> str:
    """ "2,400 m"."""
    return say("metres", metres=whole(elevation_m))


def elevation_wrong_words(reason: str, elevation_m: int | None = None) -> str:
    """Why what was typed is no elevation, and how to write one: what `app.shared.elevation.ElevationError` says."""
    if elevation_m is None:
        return say("elevation-wrong." + reason)
    lowest, highest = elevation_words(groups.LOWEST_M), elevation_words(groups.HIGHEST_M)
    return say("elevation-wrong." + reason, elevation=elevation_words(elevation_m), low=lowest, high=highest)


def value_words(hb_g_dl: float, digits: int = 1) -> str:
    """ "12.3 g/dL"."""
    return say("value", value=number(hb_g_dl, digits))


def interval_words(low_g_dl: float, high_g_dl: float) -> str:
    """ "10.4 to 16.4 g/dL"."""
    return say("interval", low=number(low_g_dl), high=number(high_g_dl))


def coverage_words(coverage: float) -> str:
    """What the interval means, for a person."""
    return say("coverage", percent=round(coverage * 100))


def severity_words(labels: list[str]) -> str:
    """The classes that cannot be excluded, from the worst to the best, as one phrase: "mild or no anaemia"."""
    if not labels:
        return say("no-class")
    # They lie side by side, so the first and the last name them all.
    return say("set." + labels[0] if len(labels) == 1 else f"set.{labels[0]}-{labels[-1]}")


def comparison_lines(classified: dict, compared: dict) -> list[str]:
    """What the class goes by, step by step: table and group, what is taken off, what is compared with what, notes."""
    table = say("table." + classified["table"])
    if classified["group"] == groups.NOT_STATED:
        lines = [say("compared-by", table=table)]
    else:
        lines = [say("compared-by-group", table=table, group=say("group." + classified["group"]))]
    if compared["limits_g_dl"] is not None:
        taken_off = compared["adjustments_g_dl"]
        lines += [
            say("taken-off." + name, amount=number(taken_off[name])) for name in groups.ADJUSTMENTS if taken_off[name]
        ]
        moderate, mild, normal = [f"{limit:g}".replace(".", _texts["decimal"]) for limit in compared["limits_g_dl"]]
        value = number(compared["adjusted_g_dl"])
        lines.append(say("compared-with", value=value, moderate=moderate, mild=mild, normal=normal))
    if compared["note"]:
        lines.append(say("note." + compared["note"]))
    return lines


def nails_used_words(used: int, found: int) -> str:
    """ "Nails used: 2 of 3"."""
    return say("nails-used", used=used, found=found)


def paper_words(reference: str) -> str:
    """Whether a reading has white paper to go by, and what to change where it has none; one of `codes.REFERENCES`."""
    if reference == codes.REFERENCE_OK:
        return say("with-paper")
    return say("without-paper", why=say("reference." + reference))


def light_warning(light: dict) -> str:
    """Of a reading's light, where nothing shows what it is and the models have learned from no such light; else ""."""
    if light["reference"]["found"] or light["judged"] not in codes.UNLEARNED_LIGHTS:
        return ""
    return say("unlearned-light", light=say("light." + light["judged"]))


def strange_words(reasons: list[str]) -> str:
    """Why nails are left out, these of `codes.LIKENESS_REASONS`, and what helps; "" for none."""
    parts = [say("left-out", why=reason_words(reason), way=say("help." + reason)) for reason in reasons]
    return "; ".join(parts)


def reason_words(reason: str) -> str:
    """Why a nail or a frame does not count."""
    return say("reason." + reason)


def error_words(code: str, nails: list | None = None) -> tuple[str, str]:
    """What went wrong, and the way out; by the nails, too, where they say more: no picture of them in grey can be
    measured, paint can be taken off, and a hand be held still."""
    code = telling_reason(code, nails) or code
    return say("error." + code), say("error." + code + ".way")


def telling_reason(code: str | None, nails: list | None = None) -> str | None:
    """The one reason of all nails that were left out, where the words of an error are about that; else None.

    `code`: of the error, or None where there is none.
    """
    if code not in (codes.STRANGE_NAILS, codes.UNUSABLE_NAILS):
        return None
    told = [nail["reason"] for nail in nails or [] if nail["reason"]]
    if code == codes.STRANGE_NAILS:
        told = [reason for reason in told if reason in codes.LIKENESS_REASONS]
    return told[0] if len(set(told)) == 1 and told[0] in codes.TELLING_REASONS else None
