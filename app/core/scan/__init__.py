"""Thirty frames become one reading: what is kept of them, what is dropped, and their median."""
