"""What the estimator is shown of a nail that counts: gates, views and colour features."""
