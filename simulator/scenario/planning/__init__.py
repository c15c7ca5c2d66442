"""From a scenario to a plan: every name, graph, sample and time worked out."""
