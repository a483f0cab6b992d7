"""An elevation as a person writes it, in any script and with or without its unit, in whole metres.

The language of the page decides nothing here. A single point or comma before exactly three digits stands between
thousands, whoever writes it: nobody gives an elevation to the millimetre, so "2.400" is 2400 in English as in German,
and "2,400" in German as in English. Every other way to write a number means the same in all languages.

No import but `app.shared.groups`: MicroPython reads this file as well, whose `isdigit` and `lower` know ASCII alone.
"""

from app.shared import groups

# Why a text is no elevation.
NOT_NUMBER = "number"
NOT_CLEAR = "unclear"
NOT_UNIT = "unit"
NOT_RANGE = "range"
REASONS = (NOT_NUMBER, NOT_CLEAR, NOT_UNIT, NOT_RANGE)

# Where the digits of each script begin, nine more follow: the general category Nd of Unicode 17.
ZERO_CODES = (
    "30 660 6F0 7C0 966 9E6 A66 AE6 B66 BE6 C66 CE6 D66 DE6 E50 ED0 F20 1040 1090 17E0 1810 1946 19D0 "
    "1A80 1A90 1B50 1BB0 1C40 1C50 A620 A8D0 A900 A9D0 A9F0 AA50 ABF0 FF10 104A0 10D30 10D40 11066 110F0 "
    "11136 111D0 112F0 11450 114D0 11650 116C0 116D0 116DA 11730 118E0 11950 11BF0 11C50 11D50 11DA0 "
    "11DE0 11F50 16A60 16AC0 16B50 16D70 1CCF0 1D7CE 1D7D8 1D7E2 1D7EC 1D7F6 1E140 1E2F0 1E4F0 1E5F1 "
    "1E950 1FBF0"
)
ZEROS = tuple([int(code, 16) for code in ZERO_CODES.split()])
DIGITS = "0123456789"
SEPARATORS = " '.,"
# Each sign as the plain one that means the same; what stands before nothing is left out: marks of direction, joiners,
# accents that are written as signs of their own, the vowel signs of Arabic, and the dot below of Devanagari.
SAME = (
    (" ", "\t\n\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"),
    ("'", "\u2018\u2019\u02bc\u2032\u00b4`\u066c"),
    (",", "\u066b\u060c\u3001"),
    ("-", "\u2212\u2010\u2011\u2012\u2013\u2014\ufe63"),
    ("a", "àÀ"),
    ("e", "èÈéÉ"),
    ("u", "üÜ"),
    ("ss", "ß"),
    ("ا", "أإآ"),
    ("ी", "ि"),
    ("फ", "\u095e"),
    ("", "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f"),
    ("", "\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"),
    ("", "\u0300\u0301\u0308\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0654\u093c"),
)
FULLWIDTH = (0xFF01, 0xFF5E, 0xFEE0)

METRE_M = 1.0
# The international foot, exactly (1959).
FOOT_M = 0.3048
KILOMETRE_M = 1000.0
# As `_unit` leaves them: small letters, no accents, blanks, dots or hyphens.
UNITS = (
    (METRE_M, ("m", "mt", "mts", "mtr", "mtrs", "metre", "metres", "meter", "meters", "metern", "metro", "metros")),
    (METRE_M, ("م", "متر", "مترا", "امتار", "मी", "मीटर")),
    (FOOT_M, ("'", "ft", "foot", "feet", "fuss", "pie", "pies", "pied", "pieds", "قدم", "قدما", "اقدام")),
    (FOOT_M, ("फुट", "फीट")),
    (KILOMETRE_M, ("km", "kms", "kilometre", "kilometres", "kilometer", "kilometers", "kilometro", "kilometros")),
    (KILOMETRE_M, ("كم", "كيلومتر", "कीमी", "कीलोमीटर")),
)
# What may follow the unit: above what it is measured.
ABOVE = (
    "asl", "amsl", "abovesealevel", "abovemeansealevel", "abovethesea", "high",
    "um", "unn", "unhn", "ubernn", "ubernhn", "ubermeer", "uberdemmeer", "uberdemmeeresspiegel", "hoch",
    "snm", "sobreelniveldelmar", "sobreelmar", "daltitude", "dalt", "audessusdelamer", "audessusduniveaudelamer",
    "فوقسطحالبحر", "عنسطحالبحر", "فوقمستوىسطحالبحر", "समुद्रतलसे", "समुद्रतलसेऊपर",
)  # fmt: skip
# An elevation is short; what is longer is something else.
LONGEST = 80


class ElevationError(ValueError):
    """Why a text gives no elevation.

    Attributes:
        reason: one of REASONS.
        elevation_m: what it says, where that lies outside of the table; else None.
    """

    def __init__(self, reason: str, elevation_m: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.elevation_m = elevation_m


def understood_m(text: str) -> int:
    """Whole metres above the sea, as a person wrote them; nothing written is 0.

    "2400", "2,400 m", "2.400 m ü. M.", "2 400 mètres", "٢٬٤٠٠ م", "२,४०० मीटर", "8000 ft", "−430".

    Raises:
        ElevationError: it is no number with a unit of length, or the table of elevations does not reach there.
    """
    plain = _plain(text[: LONGEST + 1]).strip()
    if not plain:
        return 0
    unsigned = plain[1:].strip() if plain[0] in "+-" else plain
    end = _end_of_number(unsigned)
    if not end or len(text) > LONGEST:
        raise ElevationError(NOT_NUMBER)
    amount = _number(unsigned[:end])
    if amount is None or any(digit in unsigned[end:] for digit in DIGITS):
        raise ElevationError(NOT_CLEAR)
    unit_m = _unit(unsigned[end:])
    if unit_m is None:
        raise ElevationError(NOT_UNIT)
    elevation_m = round(amount * unit_m)
    if plain[0] == "-":
        elevation_m = -elevation_m
    if not groups.LOWEST_M <= elevation_m <= groups.HIGHEST_M:
        raise ElevationError(NOT_RANGE, elevation_m)
    return elevation_m


def _plain(text: str) -> str:
    """The text in ASCII where it has the same signs: digits, separators, minus; one blank for several."""
    plain = ""
    for sign in text:
        same = _same(sign)
        if same != " " or not plain.endswith(" "):
            plain += same
    return plain


def _same(sign: str) -> str:
    code = ord(sign)
    for zero in ZEROS:
        if zero <= code < zero + 10:
            return DIGITS[code - zero]
    first, last, above_ascii = FULLWIDTH
    if first <= code <= last:
        return chr(code - above_ascii)
    for same, signs in SAME:
        if sign in signs:
            return same
    return sign


def _end_of_number(text: str) -> int:
    """How long the number is that the text begins with; 0 where it begins with none."""
    end = 0
    if not text or text[0] not in DIGITS:
        return end
    for index, sign in enumerate(text):
        if sign in DIGITS:
            end = index + 1
        elif sign not in SEPARATORS:
            break
    return end


def _number(text: str) -> float | None:
    """Its value; None where it is not clear what its separators mean."""
    groups_of_digits, separators = [""], ""
    for sign in text:
        if sign in DIGITS:
            groups_of_digits[-1] += sign
        else:
            separators += sign
            groups_of_digits.append("")
    decimals = "0"
    if separators and separators[-1] in ".," and separators[-1] not in separators[:-1]:
        one_thousand = len(separators) == 1 and _are_thousands(groups_of_digits)
        if not one_thousand:
            decimals = groups_of_digits.pop()
            separators = separators[:-1]
    if separators and not (separators == separators[0] * len(separators) and _are_thousands(groups_of_digits)):
        return None
    return int("".join(groups_of_digits)) + float("0." + decimals)


def _are_thousands(groups_of_digits: list[str]) -> bool:
    first = groups_of_digits[0]
    return 1 <= len(first) <= 3 and first[0] != "0" and all(len(digits) == 3 for digits in groups_of_digits[1:])


def _unit(text: str) -> float | None:
    """Metres in one of what the text names; None where it names nothing that is known."""
    named = text.lower()
    for sign in " .,॰-":
        named = named.replace(sign, "")
    if not named:
        return METRE_M
    if len(named) > 1:
        named = named.replace("'", "")
    for metres, names in UNITS:
        for name in names:
            if named.startswith(name) and (named == name or named[len(name) :] in ABOVE):
                return metres
    return None
