"""python3 -m tests.screenshots: the README's pictures, from the built page and the drawn hand."""

import sys
from pathlib import Path

import bootstrap

DOCS = Path(__file__).resolve().parents[1] / "docs"
PHONE = {"width": 390, "height": 844}


def main() -> int:
    """Build if need be, then write docs/*.png."""
    bootstrap.enter("test")
    from building import is_stale
    from building.pipeline import build
    from tests.browser import Host, Visit, launched_browser
    from tests.drawn_hand import draw_hand

    dist = bootstrap.ROOT / "dist"
    if is_stale(dist):
        build(dist, npm_command=(bootstrap.node_tools() or (None, None))[1])
    host = Host(dist)
    DOCS.mkdir(exist_ok=True)
    with launched_browser(bootstrap.browser()) as browser:
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport=PHONE, color_scheme=scheme, device_scale_factor=1.5)
            visit = Visit(context.new_page(), context, host.address)
            visit.open()
            visit.wait_for_engine()
            visit.wait_for_offline_ready()
            visit.page.screenshot(path=DOCS / f"start-{scheme}.png")
            visit.upload({"name": "hand.jpg", "mimeType": "image/jpeg", "buffer": draw_hand().encoded()})
            visit.page.screenshot(path=DOCS / f"result-{scheme}.png")
            context.close()
    host.stop()
    print(f"written: {', '.join(sorted(path.name for path in DOCS.glob('*.png')))} in {DOCS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
