"""Everything that knows SPADE 3 and aioxmpp."""
