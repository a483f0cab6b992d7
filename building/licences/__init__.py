"""Whose everything in dist/ is, and the page that says so."""
