"""What MkDocs does not do by itself for our documents; mkdocs.yml names this file as its hook.

- README.md and CONTRIBUTING.md lie where a repository has them, and are pages of the site, too. The links of every page
  are those of the repository; here they are made the site's.
- Drawings in Mermaid become SVG when the site is built. In the browser, a script would have to be fetched for them.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from pathlib import Path
from typing import Any

import mmdr
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
DOCS = "docs"
# Pages of the site that lie elsewhere in the repository.
BESIDE_DOCS = {"index.md": "README.md", "contributing.md": "CONTRIBUTING.md"}

FENCE = re.compile(r"^ *```.*?^ *``` *$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?P<text>!?\[[^\]\[]*\])\((?P<target>[^)\s]+)\)")
SOURCE = re.compile(r'(?P<before>src=")(?P<target>[^"]+)')
ELSEWHERE = re.compile(r"[a-z]+:|#|/")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Has Mermaid's code drawn here."""
    fences = config.mdx_configs.setdefault("pymdownx.superfences", {})
    fences["custom_fences"] = [{"name": "mermaid", "class": "drawing", "format": drawn}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages that lie beside docs/."""
    for page, path in BESIDE_DOCS.items():
        files.append(File.generated(config, page, content=(ROOT / path).read_text("utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with the site's links in place of the repository's."""
    return with_links_of_site(markdown, page.file.src_uri)


def with_links_of_site(markdown: str, page: str) -> str:
    """The text of `page`, by its path in the site; a link to what the site does not have keeps its words alone."""

    def link(found: re.Match[str]) -> str:
        target = of_site(found["target"], page)
        return found["text"].strip("![]") if target is None else f"{found['text']}({target})"

    def source(found: re.Match[str]) -> str:
        return found["before"] + (of_site(found["target"], page) or found["target"])

    pieces, end = [], 0
    for fence in FENCE.finditer(markdown):
        pieces += [SOURCE.sub(source, LINK.sub(link, markdown[end : fence.start()])), fence.group()]
        end = fence.end()
    pieces.append(SOURCE.sub(source, LINK.sub(link, markdown[end:])))
    return "".join(pieces)


def of_site(target: str, page: str) -> str | None:
    """A link of the repository as one of the site; None where the site does not have it."""
    if ELSEWHERE.match(target):
        return target
    path, mark, anchor = target.partition("#")
    here = posixpath.dirname(BESIDE_DOCS.get(page, f"{DOCS}/{page}"))
    wanted = posixpath.normpath(posixpath.join(here, path))
    pages = {path: page for page, path in BESIDE_DOCS.items()}
    if wanted not in pages and not wanted.startswith(f"{DOCS}/"):
        return None
    uri = pages.get(wanted, wanted.removeprefix(f"{DOCS}/"))
    return posixpath.relpath(uri, posixpath.dirname(page) or ".") + mark + anchor


def drawn(source: str, _language: str, css_class: str, _options: Any, _markdown: Any, **_more: Any) -> str:
    """The drawing as SVG within the page."""
    name = "drawing-" + hashlib.sha256(source.encode()).hexdigest()[:8]
    # Several drawings of a page must not share the names that their styles and arrows go by.
    svg = mmdr.render(source).svg().replace("merman", name)
    return f'<figure class="{css_class}">{svg}</figure>'
