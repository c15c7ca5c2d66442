"""Two runs of one scenario, side by side."""
