"""Which build this is. build.py writes its own value into both copies that ship, the screens' and the engine's.

No import: MicroPython reads this file as well.
"""

# Of the sources as they are, which no build has made: `serve.py --dev` shows those.
SOURCE = "source"
BUILD_ID = SOURCE
