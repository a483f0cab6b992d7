"""Whether the browser keeps what is saved until the person removes it, or may clear it away when storage runs low."""

from pyscript import window

from app.ui.page import optional
from app.ui.service_worker import PATIENCE_MS, in_time


async def promised():
    """Whether it promised so at an earlier visit, or to an installed app: no question to the person."""
    try:
        storage = optional(window.navigator, "storage")
        return bool(storage and await in_time(storage.persisted(), PATIENCE_MS))
    except Exception:
        return False


async def ask_for_it():
    """Whether it does when asked, None where nobody can be. Browsers may ask the person, who may not answer."""
    try:
        storage = optional(window.navigator, "storage")
        return bool(await storage.persist()) if storage else None
    except Exception:
        return False
