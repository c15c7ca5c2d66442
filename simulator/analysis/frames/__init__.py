"""The measures of a run as polars frames."""
