"""What many runs come to: tables, intervals, and verdicts."""
