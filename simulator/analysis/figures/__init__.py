"""Every figure of a run, from its folds."""
