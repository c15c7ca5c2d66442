"""The command line: thin, no logic. Each command calls the API and prints its result.

Each command or group of commands has a module; `simulator.cli.application` has the table of them
all. What a command needs is imported when it is called: SPADE, polars and matplotlib take more
than a second together, and no command needs them all.

Exit codes: 0 pass, 1 fail, 2 the scenario or the call is wrong, 3 unknown.
"""

from simulator.cli.application import application
from simulator.cli.options import parse_settings

__all__ = ["application", "parse_settings"]
