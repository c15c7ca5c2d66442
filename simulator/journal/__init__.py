"""The journal of a run: its records, its file and its folder."""
