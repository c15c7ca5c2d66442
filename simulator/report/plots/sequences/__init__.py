"""What a sequence chart shows, and where its labels are."""
