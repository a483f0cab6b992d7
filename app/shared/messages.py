"""What the screen and the engine call things when they talk to each other.

No import: MicroPython reads this file as well.
"""

# The engine reports its boot to the page that started it, by a message of its worker's: a string that begins so, then
# JSON {"step": ..., "done": n, "total": n}. engine-shim.mjs says that something goes on, with no JSON, or that it waits
# for something that does not come: STUCK as JSON.
PROGRESS = "hemolens-progress "
STUCK = "stuck"

STEP_PYTHON = "python"
STEP_NUMERICS = "numerics"
STEP_NETWORKS = "networks"
STEP_READY = "ready"
BOOT_STEPS = (STEP_PYTHON, STEP_NUMERICS, STEP_NETWORKS, STEP_READY)

# <body data-state> and <body data-engine>
STATE_BOOTING = "booting"
STATE_READY = "ready"
STATE_SCANNING = "scanning"
STATE_MEASURING = "measuring"
STATE_RESULT = "result"
STATE_ERROR = "error"
ENGINE_LOADING = "loading"
ENGINE_READY = "ready"
ENGINE_FAILED = "failed"
