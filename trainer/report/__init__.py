"""What is said of the figures: tables, plots, a page, the models' cards."""
