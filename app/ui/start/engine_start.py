"""One start of the engine: whether this browser can run it, and whether it is of the same build as the page."""

from pyscript import window
from pyscript.ffi import to_js

from app.shared import codes, messages
from app.shared.build_id import BUILD_ID
from app.ui.browser.page import reload_again, reload_once, set_engine
from app.ui.browser.place import of_this_copy

# Set where the page was loaded again because its parts were of two builds.
MIXED = of_this_copy("hemolens-mixed")
# The smallest module with a vector in it: a function that makes one of zeros (WebAssembly core specification 2.0, 5.4).
VECTORS = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11]


async def begin(engine, boot, died, photo_waits):
    """What the engine says when it is ready, or an error; None where the page is loaded anew instead.

    `died`: it had been started before; `photo_waits` for it. `boot` shows how far it is.
    """
    if not runs_networks():
        return {"error": {"code": codes.BROWSER_TOO_OLD, "message": ""}}
    set_engine(messages.ENGINE_LOADING)
    boot.begin(died, photo_waits)
    try:
        answer = await engine.start(boot.download.arrived)
    finally:
        boot.end()
    if "error" in answer:
        return answer
    if answer["build"] == BUILD_ID:
        reload_again(MIXED)
        return answer
    # A new build was put up while this page was loading: half of it is the old one.
    if reload_once(MIXED):
        return None
    engine.end()
    return {"error": {"code": codes.MODEL_UNAVAILABLE, "message": "page and engine are of two builds"}}


def runs_networks():
    """Whether this browser's WebAssembly has the vectors (SIMD) that ONNX Runtime is made of."""
    return bool(window.WebAssembly.validate(window.Uint8Array.new(to_js(VECTORS))))
