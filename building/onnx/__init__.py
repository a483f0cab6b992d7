"""ONNX Runtime Web, made as light as our networks need it."""
