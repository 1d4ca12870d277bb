"""ARCHITECTURE.md is a map: what it shows is there, and what is there it shows.

Rooms are the package folders under `src/laneway`; each stands in one row of the map's table. A path
that is written down anywhere in the text has to lead somewhere.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "laneway"
TEXT = (ROOT / "ARCHITECTURE.md").read_text()
ROWS = re.findall(r"^\| (`[\w/]+/`[^|]*)\|(.*)\|$", TEXT, flags=re.MULTILINE)


def test_map_shows_exactly_the_rooms_there_are() -> None:
    shown = [room for rooms, _ in ROWS for room in re.findall(r"`([\w/]+)/`", rooms)]
    rooms = {str(init.parent.relative_to(PACKAGE)) for init in PACKAGE.glob("*/**/__init__.py")}

    assert sorted(shown) == sorted(rooms)


def test_every_room_says_what_it_is_for() -> None:
    assert all(words.strip() for _, words in ROWS)


def test_every_path_in_the_text_leads_somewhere() -> None:
    named = re.findall(r"`([\w*]+/[\w*/]*(?:\.\w+)?)`", TEXT)
    lost = [
        path
        for path in named
        if not any(any(start.glob(path)) for start in (ROOT, PACKAGE, PACKAGE / "core"))
    ]

    assert lost == []
