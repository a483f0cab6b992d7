"""What people type as an elevation, by language: run by CPython and by the shipped MicroPython.

Prints a list of [language, text, what it should be understood as, what it was]: metres, or why it is none.
"""

import json

from app.shared import elevation, words

TABLE = {
    "en": [
        ("2400", 2400), ("2400m", 2400), ("2,400", 2400), ("2,400 m", 2400), ("2,400.5 Meters", 2400),
        ("2.400", 2400), ("2 400 metres", 2400), ("2400 m a.s.l.", 2400), ("2400 METRES above sea level", 2400),
        ("8000 ft", 2438), ("8,000'", 2438), ("8000\u2032", 2438), ("8,000 feet", 2438), ("-1,400 ft", -427),
        ("1.5 km", 1500), ("  510 ", 510), ("", 0), (" \u00a0", 0), ("0", 0), ("0.4", 0), ("+12", 12),
        ("4999", 4999), ("-500", -500), ("007", 7), ("2400.", 2400),
        ("5100", "range"), ("5.100", "range"), ("5,100 m", "range"), ("-501", "range"), ("24000 ft", "range"),
        ("99999999999999999999", "range"), ("9" * 5000, "number"), ("2400 yards", "unit"), ("2400 m/s", "unit"),
        ("about 2400", "number"), ("m", "number"), ("-", "number"), (".5", "number"), ("nan", "number"),
        ("2 40", "unclear"), ("24,00,0", "unclear"), ("2,400-2,600", "unclear"), ("1e3", "unclear"),
        ("2_400", "unclear"), ("2..4", "unclear"), ("1,2.3", "unclear"), ("8'6\"", "unclear"),
    ],
    "de": [
        ("2.400", 2400), ("2.400 m", 2400), ("2400 Meter", 2400), ("2'400", 2400), ("2’400 m ü. M.", 2400),
        ("2.400,5 m", 2400), ("2400 m ü. NN", 2400), ("2400 m über dem Meer", 2400), ("2400 Metern", 2400),
        ("2400 m u\u0308. M.", 2400), ("8.000 Fuß", 2438), ("2,4 km", 2400), ("2400 müM", 2400), ("−430", -430),
        ("5.100 m", "range"), ("2400 Ellen", "unit"), ("2400 bis 2600", "unclear"),
    ],
    "es": [
        ("2.400", 2400), ("2 400 m", 2400), ("2400 msnm", 2400), ("2.400 m s. n. m.", 2400), ("2400 metros", 2400),
        ("2400 mts.", 2400), ("8000 pies", 2438), ("3.640 metros sobre el nivel del mar", 3640), ("2,4 km", 2400),
        ("2400 varas", "unit"), ("5.100 m", "range"),
    ],
    "fr": [
        ("2 400", 2400), ("2\u202f400 m", 2400), ("2\u00a0400 mètres", 2400), ("2400 me\u0300tres", 2400),
        ("2400 MÈTRES", 2400), ("2 400 m d’altitude", 2400), ("1850,5 m", 1850), ("8000 pieds", 2438),
        ("2400 mètres au-dessus de la mer", 2400), ("2 400,75 m", 2401), ("5 100", "range"), ("2400 toises", "unit"),
    ],
    "ar": [
        ("٢٤٠٠", 2400), ("٢٬٤٠٠ م", 2400), ("۲۴۰۰", 2400), ("٢٫٤٠٠", 2400), ("٢٤٠٠ متر", 2400), ("2400 مترًا", 2400),
        ("\u200f٢٤٠٠ م\u200f", 2400), ("\u2066-430\u2069 م", -430), ("\u061c-٤٣٠", -430),
        ("٢٤٠٠ م فوق سطح البحر", 2400),
        ("٨٠٠٠ قدم", 2438), ("٢،٤٠٠", 2400), ("٢٫٤ كم", 2400), ("٥١٠٠", "range"), ("٢٤٠٠ ذراع", "unit"),
        ("حوالي ٢٤٠٠", "number"), ("٢٬٤", "unclear"),
    ],
    "hi": [
        ("२४००", 2400), ("२,४०० मीटर", 2400), ("2400 मी॰", 2400), ("२४०० मी.", 2400), ("८००० फ़ुट", 2438),
        ("८००० फ\u093cीट", 2438), ("2.4 किमी", 2400), ("२.४ कि.मी.", 2400), ("২৪০০", 2400), ("２４００ｍ", 2400),
        ("५१००", "range"), ("२४०० गज", "unit"), ("लगभग २४००", "number"),
    ],
}  # fmt: skip


def outcome(text):
    try:
        return elevation.understood_m(text)
    except elevation.ElevationError as error:
        # What it says about it can be said.
        assert words.elevation_wrong_words(error.reason, error.elevation_m)
        return error.reason


rows = []
for language, texts in TABLE.items():
    words.use(language)
    rows += [[language, text, expected, outcome(text)] for text, expected in texts]
    # What the page writes can be typed as well.
    written = [(metres, words.elevation_words(metres)) for metres in range(-500, 5000, 61)]
    rows += [[language, text, metres, outcome(text)] for metres, text in written]
print(json.dumps(rows))
