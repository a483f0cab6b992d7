"""What every room uses: progress, and the parts of ONNX and torch that want care."""
