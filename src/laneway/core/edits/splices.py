"""Changes of one document's text: a value replaced, a key added, an item copied or taken away.

Comes in: the text, its nodes, and what is to be changed. Goes out: splices, in characters of the
text, that keep the form people gave it: quotes of keys, brackets or lines, depth, comments. None
where the form is one that these few rules do not know. Whether the values came out as meant is
judged by who reads the result, not here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from laneway.core.edits.text_nodes import TextNode
from laneway.core.findings.place import Step

Scalar = str | int | Mapping[str, str]
"""What a key gets: a scalar, or a few pairs of texts."""

_PROPERTIES = re.compile(r"(?:[&!][^\s]*(?:\s+#[^\n]*)?\s+)*")
_DASH = re.compile(r"-(?:[ \t]*\n|[ \t]+(?:#[^\n]*\n)?)(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*\Z")
_COMMENT = re.compile(r"(?:[ \t]+|\A|(?<=\n))#[^\n]*")
_EMPTY_LINES = re.compile(r"[ \t]*\n(?:[ \t]*\n)+")
_PLAIN = re.compile(r"(?:\./)?[A-Za-z][A-Za-z0-9._/-]*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"})


class Splice(Struct, frozen=True, order=True):
    """What stands from `begin` to `end` becomes `text`."""

    begin: int
    end: int
    text: str


def spliced(text: str, splices: Sequence[Splice]) -> str:
    """Carry out splices that do not overlap.

    >>> spliced("a: 1", [Splice(3, 4, "20")])
    'a: 20'
    """
    parts, at = [], 0
    for one in sorted(splices, key=lambda one: (one.begin, one.end)):
        parts += [text[at : one.begin], one.text]
        at = one.end
    return "".join((*parts, text[at:]))


def replaced(text: str, node: TextNode, value: Scalar) -> Splice:
    """Replace a value; an anchor or tag before it stays."""
    begin = node.begin
    if node.shape == "scalar":
        found = _PROPERTIES.match(text, node.begin, node.end)
        begin = found.end() if found else begin
    space = " " if begin == node.end and text[begin - 1 : begin] == ":" else ""
    quote = text[begin : begin + 1] if node.shape == "scalar" and isinstance(value, str) else ""
    return Splice(begin, node.end, space + spelled(value, quote))


def spelled(value: Scalar, quote: str = "") -> str:
    """Write a value, in quotes where it was in some, or where it would be read as something else.

    >>> spelled("v3"), spelled("v3", '"'), spelled("3"), spelled(10), spelled(False)
    ('v3', '"v3"', "'3'", '10', 'false')
    >>> spelled({"example.com/a": "1h"})
    "{example.com/a: '1h'}"
    """
    if isinstance(value, int):
        return str(value).lower()
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {spelled(one)}' for key, one in value.items())}}}"
    if quote in ("'", '"'):
        return f"{quote}{value}{quote}"
    is_plain = _PLAIN.fullmatch(value) is not None and value.lower() not in _WORDS
    return value if is_plain else f"'{value}'"


def added(text: str, mapping: TextNode, key: str, value: Scalar) -> Splice | None:
    """Add a key behind the last one of a mapping."""
    if mapping.shape != "mapping" or not mapping.items:
        return None
    first, last = mapping.items[0][0], mapping.items[-1][1]
    if first is None:
        return None
    quote = text[first.begin] if text[first.begin] in ('"', "'") else ""
    pair = f"{quote}{key}{quote}: {spelled(value)}"
    if mapping.is_flow:
        return Splice(last.end, last.end, f", {pair}")
    end = _end_of_line(text, last.end)
    return Splice(end, end, f"\n{' ' * _column(text, first.begin)}{pair}")


def copied(
    text: str, items: TextNode, index: int, values: Mapping[tuple[Step, ...], Scalar]
) -> Splice | None:
    """Copy an item of a list behind it, without its comments and with other values in it."""
    item = items.items[index][1]
    nodes = {path: item.at(path) for path in values}
    missing = [path for path, node in nodes.items() if node is None]
    inside = [replaced(text, node, values[path]) for path, node in nodes.items() if node]
    for path in missing:
        above = item.at(path[:-1])
        more = added(text, above, str(path[-1]), values[path]) if above else None
        if more is None:
            return None
        inside.append(more)
    if items.is_flow:
        gap = _gap(text, items, max(index, 1)) if len(items.items) > 1 else ", "
        copy = _part(text, item, item.begin, item.end, inside)
        return Splice(item.end, item.end, (gap if "#" not in gap else ", ") + copy)
    dash = dash_of(text, item)
    if dash is None:
        return None
    end = _end_of_line(text, item.end)
    indent = " " * _column(text, dash)
    return Splice(end, end, f"\n{indent}{_part(text, item, dash, end, inside)}")


def without(text: str, items: TextNode, index: int) -> Splice | None:
    """Take an item out of a list that has others."""
    item = items.items[index][1]
    if len(items.items) < 2:
        return None
    if items.is_flow:
        return _without_in_brackets(text, items, index)
    dash = dash_of(text, item)
    if dash is None:
        return None
    begin, end = dash - _column(text, dash), _end_of_line(text, item.end)
    if text[begin:dash].strip():
        return None
    return Splice(begin, end + 1, "") if end < len(text) else Splice(max(begin - 1, 0), end, "")


def _without_in_brackets(text: str, items: TextNode, index: int) -> Splice:
    """Take an item and one comma out; a comment behind the comma before is about that item."""
    item = items.items[index][1]
    if index and "#" not in _gap(text, items, index):
        return Splice(items.items[index - 1][1].end, item.end, "")
    if index + 1 < len(items.items):
        return Splice(item.begin, items.items[index + 1][1].begin, "")
    rest = text[item.end : _end_of_line(text, item.end)]
    if rest.strip() in ("", ","):
        return Splice(text.rindex("\n", 0, item.begin), item.end + len(rest), "")
    return Splice(item.begin, item.end, "")


def _gap(text: str, items: TextNode, index: int) -> str:
    """Return what stands between an item and the one before it."""
    return text[items.items[index - 1][1].end : items.items[index][1].begin]


def _part(text: str, item: TextNode, begin: int, end: int, inside: Sequence[Splice]) -> str:
    """Return a part of a text with splices carried out, and without comments."""
    at, bare = begin, list(inside)
    for leaf in (*item.leaves(), None):
        stop = leaf.begin if leaf else end
        gap = text[at:stop]
        if "#" in gap and (clean := _COMMENT.sub("", gap)) != gap:
            bare.append(Splice(at, stop, _EMPTY_LINES.sub("\n", clean)))
        at = leaf.end if leaf else end
    shifted = [Splice(one.begin - begin, one.end - begin, one.text) for one in bare]
    return spliced(text[begin:end], shifted).rstrip()


def dash_of(text: str, item: TextNode) -> int | None:
    """Return where the dash of an item stands."""
    found = _DASH.search(text[: item.begin])
    return found.start() if found else None


def _column(text: str, at: int) -> int:
    return at - (text.rfind("\n", 0, at) + 1)


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return end if end >= 0 else len(text)
