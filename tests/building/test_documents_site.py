"""The documentation as a site: built strictly, and nothing in it is fetched from elsewhere."""

import re
import socket
from html.parser import HTMLParser

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

import bootstrap

# What a browser fetches when it opens a page, and by which attribute.
FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", no_network)
        patch.setenv("NO_MKDOCS_2_WARNING", "1")
        # A link that leads nowhere ends it, a page that is in no menu, a module that is not there.
        build(load_config(str(bootstrap.ROOT / "mkdocs.yml"), site_dir=str(out), strict=True))
    return out


def no_network(*_):
    raise AssertionError("the site asks the network while it is built")


class Fetches(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        target = dict(attributes).get(FETCHED.get(tag, ""))
        if target:
            self.found.append(target)


def test_a_page_fetches_only_files_of_the_site(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 15
    for page in pages:
        parser = Fetches()
        parser.feed(page.read_text("utf-8"))
        # The page of a wrong address names its files from the root of a host.
        base = site if page.name == "404.html" else page.parent
        assert parser.found
        for target in parser.found:
            path = target.partition("#")[0].partition("?")[0].lstrip("/")
            assert (base / path).exists(), f"{page.name} fetches {target}"


def test_styles_fetch_nothing_from_elsewhere(site):
    styles = list(site.rglob("*.css"))
    assert styles
    for style in styles:
        assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", style.read_text("utf-8")) == []


def test_readme_and_contributing_are_pages_of_it(site):
    start = (site / "index.html").read_text("utf-8")
    assert "How far to trust it" in start and 'href="accuracy.html"' in start and 'src="live-light.png"' in start
    assert 'href="changes/gate.html"' in (site / "contributing.html").read_text("utf-8")


def test_drawings_are_drawn(site):
    page = (site / "architecture.html").read_text("utf-8")
    # Material would fetch a script for what is left as Mermaid's code.
    assert '<figure class="drawing"><svg' in page and "flowchart TD" not in page
    assert [path.name for path in site.rglob("*.html") if 'class="mermaid' in path.read_text("utf-8")] == []


def test_the_measuring_is_described_by_its_docstrings(site):
    page = (site / "api.html").read_text("utf-8")
    assert "measure_picture" in page and "Measure an encoded photo" in page and "Hodges" in page
