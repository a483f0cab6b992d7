"""The Pyodide worker's door: load the networks, answer the screen's calls."""
