"""The screens: MicroPython on the main thread, through PyScript. They talk to the engine by message only.

MicroPython has no dataclasses, enum or typing: these modules use none.
"""
