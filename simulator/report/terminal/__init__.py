"""Runs as text on a terminal."""
