"""The page's Pythons, made to start quickly: bytecode, a snapshot of the memory, PyScript's worker."""
