"""The measuring itself: pure functions over numpy and Pillow, the same on CPython and in Pyodide.

It knows no browser, no ONNX runtime and no file.
"""
