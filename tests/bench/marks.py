"""The marks that the page sets in the browser's own timeline."""

from playwright.sync_api import Page


def mark_ms(page: Page, name: str) -> float:
    """When the page set a mark last, in ms since its navigation began."""
    marks = f"performance.getEntriesByName('hemolens-{name}')"
    page.wait_for_function(f"() => {marks}.length > 0")
    start_ms: float = page.evaluate(f"{marks}.at(-1).startTime")
    return start_ms
