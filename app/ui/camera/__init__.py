"""The camera: which one, its lenses, its frames, and the frames of one scan."""
