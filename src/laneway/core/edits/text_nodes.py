"""The text of one document as a tree of nodes that know exactly where they stand.

Comes in: a text. Goes out: its nodes, each from its first character to behind its last one. Apart
from the readers, which know values and one position for each: who changes a text has to know where
things end, and whether an alias or a merge put them there. Deep or broken texts have no tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import yaml
from msgspec import Struct

from laneway.core.findings.place import Step
from laneway.core.resources.yaml.limits import DEEPEST

Shape = Literal["scalar", "alias", "mapping", "list"]


class TextNode(Struct):
    """A node of a text. `begin` counts its anchor and tag in; `end` is behind its last character.

    `items` are the pairs of a mapping, or the items of a list with no key.
    """

    shape: Shape
    begin: int
    end: int
    is_flow: bool = False
    value: str = ""
    items: list[tuple[TextNode | None, TextNode]] = []

    def leaves(self) -> Iterator[TextNode]:
        """Yield the scalars and aliases in it, in the order of the text."""
        if not self.items:
            yield self
        for key, value in self.items:
            if key is not None:
                yield key
            yield from value.leaves()

    def at(self, path: Sequence[Step]) -> TextNode | None:
        """Return the node at a path; None where it is not written there itself."""
        found: TextNode | None = self
        for step in path:
            found = found and found.below(step)
        return found

    def below(self, step: Step) -> TextNode | None:
        """Return the item at a position, or the last value that is written with a key."""
        if self.shape == "list" and isinstance(step, int):
            return self.items[step][1] if step < len(self.items) else None
        named = (value for key, value in reversed(self.items) if key and key.value == str(step))
        return next(named, None) if self.shape == "mapping" else None


def text_nodes(text: str) -> TextNode | None:
    r"""Return the root of a document's text; None where it has no tree.

    >>> root = text_nodes("a:\n  - {b: &x 1}  # one\n")
    >>> node = root.at(("a", 0, "b"))
    >>> (node.begin, node.end), root.at(("a", 1)), root.end
    ((11, 15), None, 16)
    """
    tree = _Tree(text)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            tree.take(event)
            if len(tree.open) > DEEPEST:
                return None
    except (yaml.YAMLError, UnicodeError, ValueError):
        return None
    return tree.root


class _Tree:
    """Builds the nodes out of events."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.root: TextNode | None = None
        self.open: list[TextNode] = []
        self._keys: list[TextNode | None] = []

    def take(self, event: Any) -> None:
        kind = type(event)
        begin, end = event.start_mark.index, event.end_mark.index
        if kind is yaml.ScalarEvent:
            end = max(begin, len(self._text[:end].rstrip())) if event.style in ("|", ">") else end
            self._add(TextNode("scalar", begin, end, value=event.value))
        elif kind is yaml.AliasEvent:
            self._add(TextNode("alias", begin, end))
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            shape: Shape = "mapping" if kind is yaml.MappingStartEvent else "list"
            self.open.append(TextNode(shape, begin, end, is_flow=bool(event.flow_style)))
            self._keys.append(None)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._keys.pop()
            closed = self.open.pop()
            # libyaml ends what stands in lines where the next thing begins, behind all comments
            closed.end = end if closed.is_flow else closed.items[-1][1].end
            self._add(closed)

    def _add(self, node: TextNode) -> None:
        if not self.open:
            self.root = node
            return
        top = self.open[-1]
        if top.shape == "mapping" and self._keys[-1] is None:
            self._keys[-1] = node
            return
        top.items.append((self._keys[-1], node))
        self._keys[-1] = None
