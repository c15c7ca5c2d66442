"""A multi-agent simulation harness for XMPP presence, with real SPADE agents."""

__version__ = "0.1.0"
