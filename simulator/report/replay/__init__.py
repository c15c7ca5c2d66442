"""The replay page: a run to look into, as one self-contained HTML file."""
