"""What the screen and the engine call things: the steps of the start, and the states of page and engine.

No import: MicroPython reads this file as well.
"""

# The steps of the engine's start, see `app.shared.port.Progress`.
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
