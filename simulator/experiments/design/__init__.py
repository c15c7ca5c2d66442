"""What an experiment is: its language, its points, and reading its file."""
