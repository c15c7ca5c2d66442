"""The versions of spade and slixmpp that the patches were written for."""

from __future__ import annotations

from slixmpp.version import __version__ as files_of

WRITTEN_FOR = {"spade": "4.1.4", "slixmpp-multiplatform": "1.12.0"}


def check_files() -> None:
    """Raise ImportError when slixmpp has overwritten slixmpp-multiplatform.

    They have the same files, so what is there last counts, whatever is installed.
    """
    wanted = WRITTEN_FOR["slixmpp-multiplatform"]
    if files_of != wanted:
        raise ImportError(
            f"slixmpp {files_of} has overwritten slixmpp-multiplatform {wanted}: pip uninstall"
            f" slixmpp; pip install --force-reinstall slixmpp-multiplatform=={wanted}"
        )
