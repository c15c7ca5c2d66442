"""One run: a plan and a server in, a journal out."""
