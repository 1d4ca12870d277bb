"""What the console costs, beside what is asked of it: `./dev figures console`, or parts by name.

`pan` and `open` read of Chromium's own trace how pictures move and open, `first-page` and `lanes`
how pages load; `server` and `replay` look at the process without a browser. Beside how long a task
lasted stands what a processor worked at it, and the machine's load is printed: cores that others
use draw fewer frames. Nothing here can fail.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.browser import graphs
from tests.console.figure import Figure, say, tell
from tests.console.loading import first_page, lanes
from tests.console.moving import pan, unfold
from tests.console.standing import replay, server
from tests.topology import towns

Options = argparse.Namespace
PICTURE = graphs.Town(300, 20, 3, 8, fan=3)
LARGE_PICTURE = graphs.Town(4000, 20, 105, 60)
MESH = towns.Town(300, 20, own=3)
MANY_LANES = towns.Town(10, 1000, own=3)

RECIPES: dict[str, tuple[str, Callable[[Options], Iterator[Figure]]]] = {
    "server": (
        "A console at one update a second, and a client of its events",
        lambda told: server(MESH, told.requests, told.seconds),
    ),
    "replay": ("Ten minutes that are held", lambda told: replay(MESH, told.requests)),
    "first-page": ("The first page", lambda _: first_page(MESH)),
    "lanes": ("A list of 1,000 lanes", lambda _: lanes(MANY_LANES)),
    "pan": ("A topology that is dragged", lambda told: pan(PICTURE, told.seconds, told.picture)),
    "open": ("A topology of 6,000 versions", lambda told: unfold(LARGE_PICTURE, told.picture)),
}


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", metavar="NAME", help=", ".join(RECIPES))
    parser.add_argument("--seconds", type=float, default=10, help="how long is measured")
    parser.add_argument("--requests", type=int, default=50, help="a second, with 20 calls each")
    parser.add_argument("--picture", type=Path, help="a folder that takes screenshots")
    options = parser.parse_args()
    if unknown := [one for one in options.what if one not in RECIPES]:
        parser.error(f"there is no {unknown[0]!r}: {', '.join(RECIPES)}")
    say(f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()}")
    for name in options.what or RECIPES:
        title, figures = RECIPES[name]
        tell(f"{name}: {title}", figures(options))
    return 0


if __name__ == "__main__":
    sys.exit(main())
