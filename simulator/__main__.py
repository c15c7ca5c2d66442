"""``python -m simulator`` and the console command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from simulator.cli import application  # noqa: PLC0415  (a quick start for --help)

    sys.exit(application())


if __name__ == "__main__":
    main()
