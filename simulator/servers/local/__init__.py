"""Prosody and ejabberd, started for one run on 127.0.0.1."""
