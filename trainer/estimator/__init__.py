"""The Hb estimator: backbones, features of nails, the head, and all of it as one graph."""
