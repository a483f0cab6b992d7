"""Whether the browser keeps what is saved until the person removes it, or may clear it away when storage runs low."""

from pyscript import window

from app.ui.browser.attempts import attempt, look_up
from app.ui.browser.patience import within

PATIENCE_MS = 5000
# A person may leave the browser's question open for long.
PERSON_PATIENCE_MS = 300000


async def promised():
    """Whether it promised so at an earlier visit, or to an installed app: no question to the person."""
    try:
        storage = look_up(window.navigator, "storage")
        return bool(storage and await within(PATIENCE_MS, attempt(storage, "persisted")))
    except Exception:
        return False


async def ask_for_it():
    """Whether it does when asked; None where nobody can be asked."""
    try:
        storage = look_up(window.navigator, "storage")
        return bool(await within(PERSON_PATIENCE_MS, attempt(storage, "persist"))) if storage else None
    except Exception:
        return False
