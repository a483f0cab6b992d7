"""A photograph as it is: opened upright, in sRGB, and what its light and its colours say."""
