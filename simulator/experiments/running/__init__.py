"""The runs of an experiment: who does them, when there are enough, and where they are kept."""
