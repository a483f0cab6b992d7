"""Whether the browser keeps what is saved until the person removes it, or may clear it away when storage runs low."""

from pyscript import window

from app.ui.page import optional
from app.ui.patience import within
from app.ui.service_worker import PATIENCE_MS

# A person may leave the browser's question open for long.
PERSON_PATIENCE_MS = 300000


async def promised():
    """Whether it promised so at an earlier visit, or to an installed app: no question to the person."""
    try:
        storage = optional(window.navigator, "storage")
        return bool(storage and await within(PATIENCE_MS, storage.persisted()))
    except Exception:
        return False


async def ask_for_it():
    """Whether it does when asked, None where nobody can be. Browsers may ask the person, who may not answer."""
    try:
        storage = optional(window.navigator, "storage")
        return bool(await within(PERSON_PATIENCE_MS, storage.persist())) if storage else None
    except Exception:
        return False
