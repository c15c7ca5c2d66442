"""What must hold, and the verdict."""
