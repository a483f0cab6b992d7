"""From raw photographs to static/models: data, splits, detector, features, head, interval, export, report."""
