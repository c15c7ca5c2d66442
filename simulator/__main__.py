"""``python -m simulator`` and the console command."""

from __future__ import annotations

import gc
import signal
import sys

_COLLECT_AFTER = 200_000
"""New objects before the cyclic garbage collector looks. The imports alone make many, to keep."""


def main() -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(_COLLECT_AFTER)
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if usual:  # while nothing has begun, Ctrl-C just ends it
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from simulator.cli import application  # noqa: PLC0415  (a quick start for --help)

    if usual:
        signal.signal(signal.SIGINT, signal.default_int_handler)

    code = application()
    # Python would look through everything once more before it ends.
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
