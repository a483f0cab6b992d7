"""A photograph as it is: opened upright, in sRGB, and what its colours are."""
