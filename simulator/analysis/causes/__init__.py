"""Why presence was wrong and watches are not in force: exactly one cause for each."""
