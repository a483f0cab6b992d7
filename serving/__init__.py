"""Hands dist/ to the phone beside you over HTTPS. Start reading at command.py."""
