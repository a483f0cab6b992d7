"""What README.md, CONTRIBUTING.md and docs/ say of the repository is true: links, commands, worked changes, figures."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# In a hunk's header: how many lines it has before and after; one, where no number stands.
COUNTS = re.compile(r"[-+]\d+(?:,(\d+))?")
LINK = re.compile(r'\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"')
MODULE = re.compile(r"^(?:python3?|\.venv/bin/python) -m ([\w.]+)", re.MULTILINE)
SCRIPT = re.compile(r"^(?:python3?|\.venv/bin/python) ([\w./]+\.py)", re.MULTILINE)
# Where each table of figures stands. Commands write them there.
TABLES = {"detector": "accuracy.md", "hb": "accuracy.md", "reliability": "reliability.md"}
TABLES |= {"speed": "speed.md", "held": "speed.md", "recipes": "speed.md"}
TABLES |= {"recipes-accuracy": "accuracy.md", "compare": "accuracy.md"}

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
every_change = pytest.mark.parametrize(
    "change", sorted((ROOT / "docs/changes").glob("*.md")), ids=lambda path: path.stem
)


def anchors(document):
    """The anchors of a document's headings, as repositories and the site make them."""
    headings = re.findall(r"^#+ (.*)$", BLOCK.sub("", document.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_document
def test_every_link_leads_somewhere(document):
    text = BLOCK.sub("", document.read_text("utf-8"))
    for target in filter(None, (target for pair in LINK.findall(text) for target in pair)):
        if re.match("https?:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (document.parent / path).resolve() if path else document
        assert there.exists(), f"{target}: there is no such file"
        assert not anchor or anchor in anchors(there), f"{target}: there is no such heading"


@every_document
def test_every_command_is_there(document):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needs = [*project["dependencies"], *(need for extra in project["optional-dependencies"].values() for need in extra)]
    installed = {re.split(r"[^\w.-]", need)[0] for need in needs}
    blocks = "\n".join(body for _, body in BLOCK.findall(document.read_text("utf-8")))
    for name in MODULE.findall(blocks):
        place = ROOT / name.replace(".", "/")
        ours = place.with_suffix(".py").is_file() or (place / "__main__.py").is_file()
        assert ours or name in installed, f"python -m {name}: there is no such module"
    for name in SCRIPT.findall(blocks):
        assert (ROOT / name).is_file(), f"python {name}: there is no such file"


@every_change
def test_a_worked_change_fits_the_code_as_it_is(change):
    hunks = list(hunks_of(change.read_text("utf-8")))
    assert hunks
    for path, _, lines in hunks:
        before, after = ("".join(line[1:] for line in lines if line[0] in f" {sign}") for sign in "-+")
        if path == "/dev/null":
            assert not before
            continue
        text = (ROOT / path).read_text("utf-8")
        # Whoever is trying it has made it already.
        assert before in text or after in text, f"{change.name} changes lines that {path} does not have"


@every_change
def test_patch_takes_a_worked_change_as_it_stands(change):
    hunks = list(hunks_of(change.read_text("utf-8")))
    assert hunks
    for _, header, lines in hunks:
        old, new = (int(count or 1) for count in COUNTS.findall(header))
        signs = [line[0] for line in lines]
        assert (old, new) == (len(signs) - signs.count("+"), len(signs) - signs.count("-")), f"{change.name}: {header}"


def hunks_of(text):
    """(file, header, lines with their signs) for each hunk of the diffs in a document."""
    for language, body in BLOCK.findall(text):
        if language != "diff":
            continue
        for of_file in re.split(r"^--- ", body, flags=re.MULTILINE)[1:]:
            path = of_file.partition("\n")[0].removeprefix("a/")
            _, *parts = re.split(r"^(@@.*)\n", of_file, flags=re.MULTILINE)
            for header, hunk in zip(parts[::2], parts[1::2], strict=True):
                yield path, header, hunk.splitlines(True)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_its_place(name):
    text = (ROOT / "docs" / TABLES[name]).read_text("utf-8")
    assert text.count(f"<!-- table:{name} -->\n|") == 1


def test_the_readme_says_no_figure_that_is_not_in_the_tables():
    good_and_fast = (ROOT / "README.md").read_text("utf-8").partition("## How good")[2].partition("\n## ")[0]
    tables = (ROOT / "docs/accuracy.md").read_text("utf-8") + (ROOT / "docs/speed.md").read_text("utf-8")
    figures = re.findall(r"\d+\.\d+|\d+(?=%| ms)", good_and_fast)
    assert len(figures) >= 8
    missing = [figure for figure in figures if not re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d]|\.\d)", tables)]
    assert missing == [], "README.md must say what docs/accuracy.md and docs/speed.md say by now"
