"""Looking for a run that goes wrong, and making it small."""
