"""What is said of the figures: tables, plots, a page, the README's tables, the models' cards."""
