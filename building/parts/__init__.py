"""Where the parts come from: npm's packages, the wheels of numpy and Pillow, Node."""
