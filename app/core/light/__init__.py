"""The light on the nails: how bright and of what colour it is, and how white paper beside them shows it."""
