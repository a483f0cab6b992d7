"""licences.html: the parts of the page and the words of their licences, to be read without a script."""

from __future__ import annotations

from html import escape

from building.licences.texts import Part, Text

# Stricter than that of the page itself: nothing here runs or asks for anything but its style and its icon.
POLICY = "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'"

HEAD = f"""\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="{POLICY}">
  <meta name="referrer" content="no-referrer">
  <title>Licences - HemoLens</title>
  <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
  <meta name="color-scheme" content="light dark">
  <meta name="theme-color" content="#f6f3ef" media="(prefers-color-scheme: light)">
  <meta name="theme-color" content="#16181d" media="(prefers-color-scheme: dark)">
  <link rel="icon" href="./icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="./hemolens.css">
</head>
<body class="licences">
  <header>
    <img class="mark" src="./icon.svg" alt="" width="36" height="36">
    <h1>Licences</h1>
    <a href="./">Back to HemoLens</a>
  </header>

  <main>
    <p>What HemoLens is made of, and the licence of each part in its authors' own words.</p>
"""
FOOT = """\
  </main>

  <footer><p><a href="./">Back to HemoLens</a></p></footer>
</body>
</html>
"""


def page(parts: list[Part]) -> bytes:
    return (HEAD + "".join(map(section, parts)) + FOOT).encode()


def section(part: Part) -> str:
    inside = "".join(entry(each, "h3") for each in part.inside)
    return f'    <section class="card">\n{entry(part, "h2")}{inside}    </section>\n'


def entry(part: Part, heading: str) -> str:
    lines = [f"<{heading}>{escape(f'{part.name} {part.version}'.strip())}</{heading}>"]
    lines.append(f"<p>Licence: {escape(part.licence)}</p>")
    if part.note:
        lines.append(f'<p class="fine">{escape(part.note)}</p>')
    lines += [words(text) for text in part.texts]
    return "".join(f"      {line}\n" for line in lines)


def words(text: Text) -> str:
    # A line break right after <pre> is not shown: without one, a text that begins with a blank line would lose it.
    return f"<details><summary>{escape(text.title)}</summary><pre>\n{escape(text.body)}</pre></details>"
