"""Which parts of the page belong to which state."""

from app.ui import flow
from app.ui.browser.page import show

PARTS = ("start", "controls", "result", "error", "cancel-scan")
# A photo can be chosen whatever went wrong.
SHOWN = {
    flow.STATE_BOOTING: ("start", "controls"),
    flow.STATE_WAITING: ("start", "controls"),
    flow.STATE_READY: ("start", "controls"),
    flow.STATE_SCANNING: ("cancel-scan",),
    flow.STATE_MEASURING: ("cancel-scan",),
    flow.STATE_RESULT: ("result",),
    flow.STATE_ERROR: ("error", "controls"),
}


def show_for(state, engine_starts):
    """Show what belongs to a state of the flow, and hide the rest; while the engine starts, the splash is its own."""
    for name in PARTS:
        show(name, name in SHOWN[state])
    if not engine_starts:
        show("splash", state == flow.STATE_MEASURING)
