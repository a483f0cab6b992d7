"""The light on the nails: how bright it is, of what colour, and whether the models have learned from such light."""
