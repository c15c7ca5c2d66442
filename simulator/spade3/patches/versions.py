"""The versions of spade and aioxmpp that the patches were written for."""

WRITTEN_FOR = {"spade": "3.3.3", "aioxmpp": "0.13.3"}
