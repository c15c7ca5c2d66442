"""The versions of spade and slixmpp that the patches were written for."""

from __future__ import annotations

from simulator.agents.shared.versions import check_versions
from simulator.errors import SimulatorError

WRITTEN_FOR = {"spade": "4.1.4", "slixmpp-multiplatform": "1.12.0"}


def check() -> None:
    """Raise SimulatorError when other versions are installed, or what overwrites them."""
    check_versions(WRITTEN_FOR)
    # slixmpp and slixmpp-multiplatform have the same files, so what is there last counts.
    from slixmpp.version import __version__ as found  # noqa: PLC0415

    wanted = WRITTEN_FOR["slixmpp-multiplatform"]
    if found != wanted:
        raise SimulatorError(
            f"slixmpp {found} has overwritten the files of slixmpp-multiplatform {wanted}, which"
            " SPADE 4 needs (pip uninstall slixmpp; pip install --force-reinstall"
            f" slixmpp-multiplatform=={wanted})"
        )
