"""``python -m simulator`` and the console command."""

from __future__ import annotations

import gc
import sys

_COLLECT_AFTER = 200_000
"""New objects before the cyclic garbage collector looks. The imports alone make many, to keep."""


def main() -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(_COLLECT_AFTER)
    from simulator.cli import application  # noqa: PLC0415  (a quick start for --help)

    code = application()
    # Python would look through everything once more before it ends.
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
