"""Which build this is. build.py writes its own value into both copies that ship, the screens' and the engine's.

No import: MicroPython reads this file as well.
"""

BUILD_ID = "source"
