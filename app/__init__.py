"""HemoLens: everything that runs in the browser, and the same measuring at a terminal."""
