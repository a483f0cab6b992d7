"""The words of every language: nothing missing, nothing forgotten, the same things filled in."""

import re
from string import Formatter

import pytest

from app.shared import codes, severity, words
from app.shared.words import en

CODES = [code for code, _, _ in words.LANGUAGES]
OTHERS = [code for code in CODES if code != words.DEFAULT]
# What may read as in English in another language.
MAY_EQUAL_ENGLISH = {"decimal", "thousands", "metres", "value", "choose-photo", "photo-number", "table.who-2024"}
MAY_EQUAL_ENGLISH |= {"left-out", "threads", "version"}
# Every class set that an interval can have: its classes lie side by side.
SETS = [
    list(severity.LABELS[first:end])
    for first in range(len(severity.LABELS))
    for end in range(first + 1, len(severity.LABELS) + 1)
]


@pytest.fixture(autouse=True)
def english_afterwards():
    yield
    words.use(words.DEFAULT)


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_has_the_texts_of_english(code):
    assert set(words.texts_of(code)) == set(en.TEXTS)


@pytest.mark.parametrize("code", OTHERS)
def test_the_same_things_are_filled_in(code):
    texts = words.texts_of(code)
    different = {key for key, text in en.TEXTS.items() if placeholders(texts.get(key, "")) != placeholders(text)}
    assert not different


@pytest.mark.parametrize("code", CODES)
def test_placeholders_are_names_and_nothing_else(code):
    parsed = {key: list(Formatter().parse(text)) for key, text in words.texts_of(code).items()}
    for key, pieces in parsed.items():
        for _, name, form, conversion in pieces:
            assert name is None or (name.isidentifier() and not form and not conversion), key


@pytest.mark.parametrize("code", CODES)
def test_no_text_is_empty_or_has_stray_blanks(code):
    wrong = {key for key, text in words.texts_of(code).items() if not text or text != text.strip() or "  " in text}
    assert not wrong


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_is_left_in_english(code):
    same = {key for key, text in words.texts_of(code).items() if text == en.TEXTS.get(key)}
    assert same <= MAY_EQUAL_ENGLISH


def test_french_signs_do_not_begin_a_line():
    # Of `: ; ? !` and `%`, each keeps a non-breaking space before it.
    wrong = {key for key, text in words.texts_of("fr").items() if re.search("[^\u00a0][:;?!%]", text)}
    assert not wrong


@pytest.mark.parametrize("code", CODES)
def test_say_fills_a_text_in(code):
    words.use(code)
    assert words.current() == code
    assert words.say("close") == words.texts_of(code)["close"]
    said = words.say("frames-used", used=7, total=12)
    assert "7" in said and "12" in said and "{" not in said


def test_say_falls_back_to_english_and_knows_no_other_key(monkeypatch):
    words.use("de")
    monkeypatch.delitem(words.texts_of("de"), "close")
    assert words.say("close") == en.TEXTS["close"]
    with pytest.raises(KeyError):
        words.say("no such key")


@pytest.mark.parametrize(("code", "written"), [("en", "12.3"), ("de", "12,3"), ("es", "12,3"), ("fr", "12,3")])
def test_a_number_is_written_as_the_language_writes_it(code, written):
    words.use(code)
    assert words.number(12.34) == written
    assert words.number(12.34, 2) == written + "4"
    assert written in words.interval_words(12.34, 15)


@pytest.mark.parametrize("code", CODES)
def test_every_set_of_classes_has_a_phrase_of_its_own(code):
    words.use(code)
    phrases = [words.severity_words(labels) for labels in SETS]
    assert len(SETS) == len(set(phrases)) == 10
    assert all(phrases)
    assert words.severity_words([]) == words.texts_of(code)["no-class"]


@pytest.mark.parametrize(
    ("labels", "phrase"),
    [
        (["severe"], "severe anaemia"),
        (["moderate"], "moderate anaemia"),
        (["mild"], "mild anaemia"),
        (["normal"], "no anaemia"),
        (["severe", "moderate"], "severe or moderate anaemia"),
        (["moderate", "mild"], "moderate or mild anaemia"),
        (["mild", "normal"], "mild or no anaemia"),
        (["severe", "moderate", "mild"], "severe, moderate or mild anaemia"),
        (["moderate", "mild", "normal"], "moderate, mild or no anaemia"),
        (["severe", "moderate", "mild", "normal"], "severe, moderate, mild or no anaemia"),
    ],
)
def test_a_set_of_classes_names_all_of_them(labels, phrase):
    assert labels in SETS
    assert words.severity_words(labels) == phrase


@pytest.mark.parametrize(
    ("preferred", "code"),
    [
        (["de-AT", "en"], "de"),
        (["pt"], "en"),
        ([], "en"),
        (["pt-BR", "ES-mx", "en"], "es"),
        (["fr"], "fr"),
        (["en-GB", "de"], "en"),
    ],
)
def test_the_first_known_language_is_wanted(preferred, code):
    assert words.wanted(preferred) == code


@pytest.mark.parametrize("code", ["pt", "", "DE", "de-AT"])
def test_an_unknown_language_is_refused_and_changes_nothing(code):
    words.use("fr")
    with pytest.raises(ValueError, match="no language"):
        words.use(code)
    assert words.current() == "fr"


def test_only_arabic_is_written_from_the_right():
    found = {}
    for code in CODES:
        words.use(code)
        found[code] = words.direction()
    assert found == {code: "rtl" if code == "ar" else "ltr" for code in CODES}


def told(*reasons):
    return [{"reason": reason} for reason in reasons]


@pytest.mark.parametrize("reason", codes.TELLING_REASONS)
def test_one_reason_for_all_nails_has_words_of_its_own_and_several_have_not(reason):
    words.use(words.DEFAULT)
    code = codes.STRANGE_NAILS if reason in codes.STRANGE_REASONS else codes.UNUSABLE_NAILS
    said = words.error_words(code, told(reason, reason))
    assert said == (words.say("error." + reason), words.say("error." + reason + ".way"))
    # A nail that was measured has no reason.
    assert words.error_words(code, told(reason, None)) == said
    other = next(each for each in codes.LIKENESS_SIGNS if each != reason)
    assert words.error_words(code, told(reason, other))[0] == words.say("error." + code)
    # What most cannot be measured for is said, not what is wrong with the picture besides.
    assert words.error_words(codes.NO_NAIL, told(reason))[0] == words.say("error." + codes.NO_NAIL)


def test_nails_that_are_left_out_say_why_and_what_helps():
    words.use(words.DEFAULT)
    assert words.strange_words([]) == ""
    said = words.strange_words([codes.NAIL_POLISH, codes.NAIL_BLUR])
    assert said == "nail polish: show bare nails; out of focus: hold still, or move back a little"
