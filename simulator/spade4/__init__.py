"""Everything that knows SPADE 4 and slixmpp."""
