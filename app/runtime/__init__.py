"""How a network is run: `native` on CPython with ONNX Runtime, `web` in the page with ONNX Runtime Web.

Both fit the protocol `app.core.pipeline.Network`.
"""
