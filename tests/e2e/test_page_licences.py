"""The page of licences: found in the footer, kept for offline with the rest, read without a script, and back again."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from app.shared import words
from building.licences import entries as licences


def test_the_footer_leads_to_the_licences_without_a_network_and_back(host, visit):
    visit.open()
    visit.wait_for_offline_ready()
    host.stop()
    page = visit.page
    link = page.locator("footer a")
    assert link.inner_text() == words.say("licences")
    link.click()
    page.wait_for_url(f"**/{licences.NAME}")
    assert page.inner_text("h1") == "Licences"
    headings = page.locator("h2").all_inner_texts()
    for name in ("HemoLens", "The networks", "MicroPython", "PyScript", "Pyodide", "numpy", "pillow", "ONNX Runtime"):
        assert [heading for heading in headings if heading.startswith(name)], name
    text = page.locator("section:has(h2:text-matches('^Pyodide')) pre").first
    assert not text.is_visible()
    page.click("section:has(h2:text-matches('^Pyodide')) summary >> nth=0")
    assert text.is_visible() and "Mozilla Public License" in text.inner_text()
    page.click("header a")
    visit.wait_for_engine()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_them_on_the_smallest_phone(host, new_visit, scheme):
    visit = new_visit(host.address, color_scheme=scheme, viewport={"width": 320, "height": 568})
    page = visit.page
    page.goto(f"{host.address}{licences.NAME}")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
