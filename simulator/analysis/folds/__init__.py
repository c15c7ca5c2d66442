"""Folds over a journal's records: one noun each."""
