"""What keeps the project up to date: locks, audits, icons. `python3 upkeep.py --help` is the door to it."""
