"""ARCHITECTURE.md is a map: what it shows is there, and what is there it shows.

Rooms are the package folders one and two levels under `src/laneway`; each has one row in the table
of the map. Folders inside a room are the room's own business, but a path that is written down
anywhere in the text has to lead somewhere.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "laneway"
TEXT = (ROOT / "ARCHITECTURE.md").read_text()


def test_map_shows_exactly_the_rooms_there_are() -> None:
    shown = set(re.findall(r"^\| `([\w/]+)/` \|", TEXT, flags=re.MULTILINE))
    rooms = {
        str(init.parent.relative_to(PACKAGE))
        for pattern in ("*/__init__.py", "*/*/__init__.py")
        for init in PACKAGE.glob(pattern)
    }

    assert shown == rooms


def test_every_room_says_what_it_is_for() -> None:
    rows = re.findall(r"^\| `[\w/]+/` \|(.*)\|$", TEXT, flags=re.MULTILINE)

    assert all(row.strip() for row in rows)


def test_every_path_in_the_text_leads_somewhere() -> None:
    named = re.findall(r"`([\w*]+/[\w*/]*(?:\.\w+)?)`", TEXT)
    lost = [
        path
        for path in named
        if not any(any(start.glob(path)) for start in (ROOT, PACKAGE, PACKAGE / "core"))
    ]

    assert lost == []
