"""The rules of RFC 6121: stanza in, deliveries out. No clock, socket, thread or SPADE."""
