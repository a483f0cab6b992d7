"""The page's Pythons, made to start quickly: bytecode, libraries by themselves, PyScript's worker."""
