"""What pictures with an axis of time share."""
