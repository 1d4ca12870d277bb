"""What the first page loads is small: its files, as they are packed, and none of another page's."""

from __future__ import annotations

import gzip
import posixpath
import re
from pathlib import Path

from laneway.apps.console.app import PAGE

FOLDER = Path(str(PAGE))
MOST = 100_000
"""Bytes of files: half of the 200 KB that a first page may load; the rest is what it shows."""
_IMPORTED = re.compile(r'(?:^|\n)(?:import|export)\b[^"\n]*"(\.[^"]+)"')
_LATER = re.compile(r'later\(\(\) => import\("(\.[^"]+)"\), "(\w+)"\)')
_NAMED = re.compile(r'(?:href|src)="/page/([^"]+)"')


def _loaded() -> set[str]:
    """Return every file that a browser loads before anything is pressed."""
    waiting, found = ["index.html"], set[str]()
    while waiting:
        one = waiting.pop()
        found.add(one)
        text = (FOLDER / one).read_text()
        names = [posixpath.normpath(f"{posixpath.dirname(one)}/{name}") for name in _imports(text)]
        names = [name.lstrip("/") for name in names] + _NAMED.findall(text)
        waiting += [name for name in names if name not in found]
    return found


def _imports(text: str) -> list[str]:
    return _IMPORTED.findall(text)


def test_the_files_of_the_first_page_are_small() -> None:
    loaded = _loaded()

    assert {"app.js", "pages/lanes.js", "vendor/preact.mjs", "style.css"} <= loaded
    assert sum(len(gzip.compress((FOLDER / one).read_bytes(), 5)) for one in loaded) <= MOST


def test_another_page_is_loaded_when_it_is_gone_to_and_exists() -> None:
    later = _LATER.findall((FOLDER / "pages" / "all.js").read_text())
    loaded = _loaded()

    assert len(later) > 10
    for name, shown in later:
        file = posixpath.normpath(f"pages/{name}")
        assert file not in loaded
        assert re.search(rf"export (?:const|function) {shown}\b", (FOLDER / file).read_text())
