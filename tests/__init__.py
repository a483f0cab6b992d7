"""`python3 -m tests` from the root of the repository sets everything up and runs everything."""
