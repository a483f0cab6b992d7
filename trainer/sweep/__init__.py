"""What else could have been built, measured on the same folds: heads, inputs, backbones, baselines."""
