"""From raw photographs to static/models, room by room: data, pictures, detector, estimator, evaluate, report, sweep."""
