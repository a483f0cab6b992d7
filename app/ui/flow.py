"""The screen's states: what can happen, what it leads to, and what the screen has to do then.

There is no browser in it. MicroPython and CPython run it alike, and a test asks it of every state, every event and
every state of the engine. What stands in no row means nothing there: a second press, an answer that comes too late.
"""

from app.shared.messages import (
    ENGINE_FAILED,
    ENGINE_LOADING,
    ENGINE_READY,
    STATE_BOOTING,
    STATE_ERROR,
    STATE_MEASURING,
    STATE_READY,
    STATE_RESULT,
    STATE_SCANNING,
)

# The states are those of <body data-state>, and one more: photos were chosen, and wait for the engine. The page calls
# that booting.
STATE_WAITING = "waiting"
STATES = (STATE_BOOTING, STATE_WAITING, STATE_READY, STATE_SCANNING, STATE_MEASURING, STATE_RESULT, STATE_ERROR)
ENGINES = (ENGINE_LOADING, ENGINE_READY, ENGINE_FAILED)

# What can happen. To the engine, which begins by itself:
ENGINE_STARTED = "engine-started"
ENGINE_REFUSED = "engine-refused"
ENGINE_DIED = "engine-died"
# the same, with no reading since it died before: what killed it would kill it again
ENGINE_DIED_AGAIN = "engine-died-again"
# To a scan: asked for; disturbed, by the page being hidden, the device turned or the camera lost; and how it ended.
SCAN = "scan"
DISTURBED = "disturbed"
SCAN_READ = "scan-read"
SCAN_UNREAD = "scan-unread"
SCAN_CANCELLED = "scan-cancelled"
SCAN_BROKEN = "scan-broken"
# To photos: chosen, measured with and without a reading, and one of several asked for, with and without a reading.
PHOTOS = "photos"
PHOTO_READ = "photo-read"
PHOTO_UNREAD = "photo-unread"
OPEN_READ = "open-read"
OPEN_UNREAD = "open-unread"
# By the person, and what nobody foresaw.
CANCEL = "cancel"
CLOSE = "close"
RETAKE = "retake"
AGAIN = "again"
FAULT = "fault"

EVENTS = (ENGINE_STARTED, ENGINE_REFUSED, ENGINE_DIED, SCAN, DISTURBED, SCAN_READ, SCAN_UNREAD, SCAN_CANCELLED)
EVENTS += (SCAN_BROKEN, PHOTOS, PHOTO_READ, PHOTO_UNREAD, OPEN_READ, OPEN_UNREAD, CANCEL, CLOSE, RETAKE, AGAIN, FAULT)

# What the screen does, in the order of a row. Most of it is about what the event brought along.
BEGIN_ENGINE = "begin-engine"
END_ENGINE = "end-engine"
CLOSE_CAMERA = "close-camera"
LOOK = "look"
BEGIN_SCAN = "begin-scan"
STOP_SCAN = "stop-scan"
TAKE_PHOTOS = "take-photos"
MEASURE_PHOTOS = "measure-photos"
FORGET = "forget"
SHOW_START = "show-start"
SHOW_SCANNED = "show-scanned"
SHOW_READING = "show-reading"
SHOW_ERROR = "show-error"
SHOW_FAULT = "show-fault"
PICK_AGAIN = "pick-again"

ACTIONS = (BEGIN_ENGINE, END_ENGINE, CLOSE_CAMERA, LOOK, BEGIN_SCAN, STOP_SCAN, TAKE_PHOTOS, MEASURE_PHOTOS, FORGET)
ACTIONS += (SHOW_START, SHOW_SCANNED, SHOW_READING, SHOW_ERROR, SHOW_FAULT, PICK_AGAIN)

# Where a row leads besides a state: nowhere else, or to the start, which is ready or booting as the engine is.
SAME = "same"
START = "start"

_ANY = STATES
_NOT_SCANNING = tuple([state for state in STATES if state != STATE_SCANNING])
_SHOWN = (STATE_RESULT, STATE_ERROR)
_LOADING, _READY, _FAILED = (ENGINE_LOADING,), (ENGINE_READY,), (ENGINE_FAILED,)

# (event, the states and the engine's states in which it counts, where it leads, what is done). The first that fits.
ROWS = (
    (ENGINE_STARTED, (STATE_BOOTING,), ENGINES, STATE_READY, (LOOK,)),
    (ENGINE_STARTED, (STATE_WAITING, STATE_MEASURING), ENGINES, STATE_MEASURING, (MEASURE_PHOTOS,)),
    (ENGINE_STARTED, _ANY, ENGINES, SAME, ()),
    # A reading stays on the screen; the next step begins the engine again.
    (ENGINE_REFUSED, (STATE_RESULT, STATE_SCANNING), ENGINES, SAME, ()),
    (ENGINE_REFUSED, _ANY, ENGINES, STATE_ERROR, (SHOW_ERROR,)),
    (ENGINE_DIED, (STATE_READY,), _READY, STATE_BOOTING, (END_ENGINE, BEGIN_ENGINE)),
    # A scan hears of it by its own answer, and photos are measured once the new one is there.
    (ENGINE_DIED, _ANY, _READY, SAME, (END_ENGINE, BEGIN_ENGINE)),
    (ENGINE_DIED_AGAIN, (STATE_SCANNING, STATE_RESULT, STATE_ERROR), _READY, SAME, (END_ENGINE,)),
    (ENGINE_DIED_AGAIN, _ANY, _READY, STATE_ERROR, (END_ENGINE, FORGET, SHOW_ERROR)),
    (SCAN, (STATE_READY,), _READY, STATE_SCANNING, (BEGIN_SCAN,)),
    (DISTURBED, (STATE_SCANNING,), ENGINES, SAME, (STOP_SCAN,)),
    (SCAN_READ, (STATE_SCANNING,), ENGINES, STATE_RESULT, (CLOSE_CAMERA, SHOW_SCANNED, SHOW_READING)),
    (SCAN_UNREAD, (STATE_SCANNING,), ENGINES, STATE_ERROR, (CLOSE_CAMERA, SHOW_SCANNED, SHOW_ERROR)),
    (SCAN_CANCELLED, (STATE_SCANNING,), ENGINES, START, (FORGET, SHOW_START)),
    (SCAN_BROKEN, (STATE_SCANNING,), ENGINES, STATE_ERROR, (CLOSE_CAMERA, SHOW_ERROR)),
    (PHOTOS, _NOT_SCANNING, _READY, STATE_MEASURING, (CLOSE_CAMERA, TAKE_PHOTOS, MEASURE_PHOTOS)),
    (PHOTOS, _NOT_SCANNING, _LOADING, STATE_WAITING, (CLOSE_CAMERA, TAKE_PHOTOS)),
    (PHOTOS, _NOT_SCANNING, _FAILED, STATE_WAITING, (CLOSE_CAMERA, TAKE_PHOTOS, BEGIN_ENGINE)),
    (PHOTO_READ, (STATE_MEASURING,), ENGINES, STATE_RESULT, (SHOW_READING,)),
    (PHOTO_UNREAD, (STATE_MEASURING,), ENGINES, STATE_ERROR, (SHOW_ERROR,)),
    (OPEN_READ, _SHOWN, ENGINES, STATE_RESULT, (SHOW_READING,)),
    (OPEN_UNREAD, _SHOWN, ENGINES, STATE_ERROR, (SHOW_ERROR,)),
    (CANCEL, (STATE_SCANNING,), ENGINES, SAME, (STOP_SCAN,)),
    (CANCEL, (STATE_MEASURING,), ENGINES, START, (FORGET, SHOW_START)),
    (CLOSE, _SHOWN, _FAILED, START, (FORGET, SHOW_START, BEGIN_ENGINE)),
    (CLOSE, _SHOWN, ENGINES, START, (FORGET, SHOW_START)),
    (RETAKE, _SHOWN, _FAILED, START, (FORGET, SHOW_START, BEGIN_ENGINE, PICK_AGAIN)),
    (RETAKE, _SHOWN, ENGINES, START, (FORGET, SHOW_START, PICK_AGAIN)),
    (AGAIN, (STATE_ERROR,), _READY, START, (FORGET, SHOW_START, PICK_AGAIN)),
    (AGAIN, (STATE_ERROR,), _LOADING, START, (FORGET, SHOW_START)),
    (AGAIN, (STATE_ERROR,), _FAILED, START, (FORGET, SHOW_START, BEGIN_ENGINE)),
    # Where nothing goes on, a fault gets words, and all stays as it is.
    (FAULT, (STATE_READY,) + _SHOWN, ENGINES, SAME, (SHOW_FAULT,)),
    (FAULT, _ANY, ENGINES, STATE_ERROR, (STOP_SCAN, FORGET, CLOSE_CAMERA, SHOW_FAULT)),
)
# What becomes of the engine.
ENGINE_LEADS = {
    ENGINE_STARTED: ENGINE_READY,
    ENGINE_REFUSED: ENGINE_FAILED,
    ENGINE_DIED: ENGINE_LOADING,
    ENGINE_DIED_AGAIN: ENGINE_FAILED,
}


class Flow:
    """Where the screen is, and where the engine is.

    Attributes:
        state: one of STATES; `shown_state` is what <body data-state> says.
        engine: one of ENGINES.
        died: whether the engine has died since the last reading.
    """

    def __init__(self):
        self.state = STATE_BOOTING
        self.engine = ENGINE_LOADING
        self.died = False

    def shown_state(self):
        """The state as the page calls it."""
        return STATE_BOOTING if self.state == STATE_WAITING else self.state

    def happens(self, event):
        """Take an event: what the screen has to do, in this order; () where it means nothing now."""
        if event == ENGINE_DIED and self.died:
            event = ENGINE_DIED_AGAIN
        for name, states, engines, leads_to, actions in ROWS:
            if name == event and self.state in states and self.engine in engines:
                self._go(event, leads_to, actions)
                return actions
        return ()

    def _go(self, event, leads_to, actions):
        self.engine = ENGINE_LEADS.get(event, self.engine)
        if leads_to == START:
            leads_to = STATE_READY if self.engine == ENGINE_READY else STATE_BOOTING
        if leads_to != SAME:
            self.state = leads_to
        if BEGIN_ENGINE in actions:
            self.engine = ENGINE_LOADING
        if event == ENGINE_DIED:
            self.died = True
        elif SHOW_READING in actions:
            self.died = False
