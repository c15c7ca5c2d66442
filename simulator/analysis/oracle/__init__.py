"""The oracle: the rosters that RFC 6121 prescribes after the actions that agents took."""
