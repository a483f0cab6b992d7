"""What both Pythons of the page know: codes, groups, limits, aim, messages and every word a person reads.

MicroPython and CPython run every file of this folder, so nothing in it may need more than both have.
"""
