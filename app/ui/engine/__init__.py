"""The engine as the screens see it: its calls, its watchdog, and the pictures that it is lent."""
