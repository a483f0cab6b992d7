"""The original system's own figures (github: the-governor-hq/hemolens), to stand beside ours; MAE in g/dL.

Each has a row in the report. What no row of ours can answer has a line in `WITHOUT_A_ROW` that says why.
"""

from __future__ import annotations

# Head -> words, MAE on val, MAE on test, R2 on test, by its split; None where it publishes none.
HEADS: dict[str, tuple[str, float | None, float | None, float | None]] = {
    "catboost": ("CatBoost, CNN and 67 colour features", 1.520, 1.305, 0.460),
    "ridge": ("Ridge, CNN and 67 colour features", 1.566, 1.459, 0.431),
    "ridge_pca128": ("Ridge on 128 principal components", 1.563, 1.453, 0.436),
    "ridge_pca64": ("Ridge on 64 principal components", None, None, None),
    "ridge_pca32": ("Ridge on 32 principal components", 1.545, 1.527, 0.411),
    "elasticnet": ("ElasticNet, CNN and 67 colour features", 1.645, 1.541, 0.356),
    "cnn_ridge": ("Ridge, CNN alone: what its web app runs", 1.501, 1.525, 0.408),
}
FINE_TUNING = ("end-to-end fine-tuning", 2.891, None, -1.61)
# Its detector, float32.
DETECTOR_MEGABYTES = 11.6
# Its CatBoost on its test patients, MAE and n by severity.
SEVERITY = {"<8": (3.932, 3), "8-11": (1.139, 3), "11-13": (0.695, 13), ">=13": (1.334, 19)}
# MAE and its spread by 3 folds by session on train and val: its own backbone, and the sweep of others.
SESSION_CV = {
    "mobilenetv4_conv_small": (1.912, 0.27),
    "efficientnet_b0": (1.527, 0.32),
    "tf_efficientnetv2_b0": (1.563, 0.32),
    "mobilenetv3_small_100": (1.612, 0.29),
}
# Baselines on 51 colour features, random split: MAE on test, R2 on test, MAE by CV.
BASELINES = {
    "ridge": ("Ridge", 1.575, 0.384, 1.635),
    "random_forest": ("random forest", 1.610, 0.307, 1.602),
    "gradient_boosting": ("gradient boosting", 1.649, 0.288, 1.751),
    "lasso": ("Lasso", 1.692, 0.324, 1.578),
    "svr_rbf": ("SVR, RBF kernel", 1.774, 0.231, 1.845),
}
WITHOUT_A_ROW = (
    "Milliseconds a frame, boot and scan times of the original and of ours: figures of the page in a browser, "
    "measured by the bench of the tests and not by the trainer.",
    "AnemoCheck Mobile, the UCL torch method, the blood donors' ConvNeXt and the laboratory analyser: other data, "
    "which is not open, so nothing here can measure them.",
    "The data set's authors (ElasticNet on 42 colour percentiles, white-normalised, RMSE 2.4 and 2.0 g/dL): their "
    "normalisation uses the white board, which no phone has in its picture; the white board's own share stands "
    "among the baselines.",
)
