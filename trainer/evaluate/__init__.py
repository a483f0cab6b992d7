"""How good it is on people it has not seen: protocols, figures, the interval, the error by skin tone."""
