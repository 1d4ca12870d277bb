"""Where a value was written: a document, and a path inside it.

Comes in: the text of one YAML or JSON document and the path of a value in it.
Goes out: line and column. Positions are looked up only when a finding needs one, since parsing
with positions costs ten times more than parsing without. It refuses nothing: a path that does not
exist is placed at its nearest existing parent.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

Step = str | int
"""One step into a document: a key of a mapping or a position in a list."""


class Source(Struct, frozen=True, eq=False):
    """The text of one document and where it stands.

    `path` is the file as the user named it (`-` for standard input), `first_line` the 1-based line
    of the file on which the document's text begins, `number` the 0-based position of the document
    in its file. Two sources are equal when they stand in the same place, whatever their text.
    `around` is what the text was cut from, at the character `begin`, where both may share a line.
    """

    path: str
    first_line: int = 1
    number: int = 0
    text: str = ""
    around: str = ""
    begin: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source) and self._spot == other._spot

    def __hash__(self) -> int:
        return hash(self._spot)

    def __repr__(self) -> str:
        return f"Source{self._spot}"

    @property
    def _spot(self) -> tuple[str, int, int]:
        return self.path, self.first_line, self.number


class Place(Struct, frozen=True):
    """A value inside a document. An empty path means the whole document.

    `offset`, counted in characters of the document's text, is given where there is no value to
    point at: the text itself could not be read there. `is_key` means the key that names the value.
    """

    source: Source
    path: tuple[Step, ...] = ()
    offset: int | None = None
    is_key: bool = False

    def at(self, *steps: Step) -> Place:
        """Return the place of a value below this one."""
        return Place(self.source, self.path + steps)

    def key(self) -> Place:
        """Return the place of the key that names this value."""
        return replace(self, is_key=True)


class Position(Struct, frozen=True):
    """Line and column, both 1-based, in the file; `line_text` is the line itself.

    `width` is the number of characters of the value on that line, at least 1.
    """

    line: int
    column: int
    line_text: str
    width: int = 1
