"""What every server that is reached over sockets has in common."""
