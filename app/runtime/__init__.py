"""How a network is run: `native` on CPython with ONNX Runtime, `web` in the page with ONNX Runtime Web.

Both are an `app.core.network.Network`; the core knows neither.
"""
