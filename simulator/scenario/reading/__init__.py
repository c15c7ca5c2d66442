"""From YAML text to a checked scenario, with the place of every fault."""
