"""One value that becomes another, as the smallest changes of the text it is written in.

Comes in: a text, the node of a value, the value as it is and as it is meant to be. Goes out:
splices: keys and items that are the same in both keep every byte, comments behind them too. None
where the form is one that these few rules do not know. Whether the values came out as meant is
judged by who reads the result, not here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import chain
from typing import Any

from msgspec import Struct

from laneway.core.edits.pieces import (
    DASHED,
    Pieces,
    column,
    end_of_line,
    items_of,
    pairs_of,
    without_run,
)
from laneway.core.edits.splices import Splice
from laneway.core.edits.text_nodes import TextNode
from laneway.core.edits.value_text import TextStyle, scalar_text

Changed = list[Splice] | None


def becoming(text: str, root: TextNode, node: TextNode | None, old: Any, new: Any) -> Changed:
    """Return what makes a value in a document another one."""
    if node is None:
        return None
    return _Changing(text, TextStyle.of(text, root)).value(node, old, new, None)


class _Changing(Struct, frozen=True):
    """Changes of one document's text."""

    text: str
    style: TextStyle

    def value(self, node: TextNode, old: Any, new: Any, indent: int | None) -> Changed:
        """Change a value; `indent` is where lines of another one begin that take its place.

        It is None where what takes its place begins where it does.
        """
        if _is_same(old, new):
            return []
        if node.items and new:
            if node.shape == "mapping" and isinstance(old, dict) and isinstance(new, dict):
                return self._mapping(node, old, new, indent)
            if node.shape == "list" and isinstance(old, list) and isinstance(new, list):
                return self._list(node, old, new)
        return self._other(node, new, indent)

    def _mapping(
        self, node: TextNode, old: dict[str, Any], new: dict[str, Any], indent: int | None
    ) -> Changed:
        gone = [key for key in old if key not in new]
        lasting = [key for key in old if key in new]
        other = [key for key in lasting if not _is_same(old[key], new[key])]
        written = {key.value for key, _ in node.items if key is not None}
        if not written.issuperset(gone):
            return None  # a merge puts it there
        if not written - set(gone):
            return self._other(node, new, indent)
        inner = [self._below(node, key, old[key], new[key]) for key in other if key in written]
        if any(one is None for one in inner):
            return None
        more = [key for key in new if key not in old or (key in other and key not in written)]
        pieces = pairs_of(node)
        kept = [at for at, (key, _) in enumerate(node.items) if key and key.value not in gone]
        removed = without_run(self.text, pieces, kept)
        if removed is None:
            return None
        added = self._pairs(node, node.items[kept[-1]][1], {key: new[key] for key in more})
        return [*chain.from_iterable(one or () for one in inner), *added, *removed]

    def _below(self, node: TextNode, key: str, old: Any, new: Any) -> Changed:
        value = node.below(key)
        if value is None:
            return None
        mark = next(one for one, _ in reversed(node.items) if one and one.value == key)
        if node.is_flow:
            return self.value(value, old, new, -1)
        step = self.style.list_step if isinstance(new, list) else self.style.step
        indent = column(self.text, mark.begin) + step
        if value.items and not value.is_flow and not (new and type(old) is type(new)):
            return self._anew(mark, value, new, indent)
        return self.value(value, old, new, indent)

    def _anew(self, key: TextNode, value: TextNode, new: Any, indent: int) -> Changed:
        """Write another kind of value behind a key whose value stands in lines of its own."""
        pieces = Pieces(((value.begin, value.end),), is_flow=False)
        gone = without_run(self.text, pieces, ())
        if gone is None:
            return None
        if isinstance(new, dict | list) and new:
            return [self._lines_behind(key.end, indent, self.style.lines(new)), *gone]
        colon = self.text.index(":", key.end) + 1
        return [Splice(colon, colon, f" {self.style.inline(new)}"), *gone]

    def _pairs(self, node: TextNode, last: TextNode, more: dict[str, Any]) -> Iterator[Splice]:
        """Yield the pairs that come behind the last one that stays."""
        first = node.items[0][0]
        if first is None or not more:
            return
        quote = self.text[first.begin] if self.text[first.begin] in ("'", '"') else ""
        if node.is_flow:
            pairs = [self.style.inline_pair(key, one, quote) for key, one in more.items()]
            yield Splice(last.end, last.end, "".join(f", {pair}" for pair in pairs))
            return
        lines = chain.from_iterable(self.style.pair(key, one, quote) for key, one in more.items())
        yield self._lines_behind(last.end, column(self.text, first.begin), lines)

    def _list(self, node: TextNode, old: list[Any], new: list[Any]) -> Changed:
        plan = _Alignment.of(old, new)
        pieces = items_of(self.text, node)
        found: list[Splice] = []
        for at, to in plan.pairs.items():
            indent = -1 if node.is_flow else None
            inner = self.value(node.items[at][1], old[at], new[to], indent)
            if inner is None:
                return None
            found += inner
        kept = sorted(plan.pairs)
        removed = without_run(self.text, pieces, kept)
        if removed is None:
            return None
        for behind, items in plan.added.items():
            found += self._items(node, pieces, behind, kept[0], [new[one] for one in items])
        return [*found, *removed]

    def _items(
        self, node: TextNode, pieces: Pieces, behind: int, first: int, more: Sequence[Any]
    ) -> Iterator[Splice]:
        """Yield items behind one that stays, or before the first of them."""
        begin = pieces.spans[first][0]
        if node.is_flow:
            texts = [self.style.inline(one) for one in more]
            if behind < 0:
                yield Splice(begin, begin, "".join(f"{one}, " for one in texts))
            else:
                end = pieces.spans[behind][1]
                yield Splice(end, end, "".join(f", {one}" for one in texts))
            return
        deep = column(self.text, begin)
        lines = list(chain.from_iterable(map(self.style.item, more)))
        if behind < 0:
            yield Splice(begin, begin, "".join(f"{line}\n{' ' * deep}" for line in lines))
        else:
            yield self._lines_behind(pieces.spans[behind][1], deep, lines)

    def _lines_behind(self, at: int, deep: int, lines: Iterable[str]) -> Splice:
        end = end_of_line(self.text, at)
        return Splice(end, end, "".join(f"\n{' ' * deep}{line}" for line in lines))

    def _other(self, node: TextNode, new: Any, indent: int | None) -> Changed:
        """Write a value where another stood; what stands in brackets stays in brackets."""
        if not isinstance(new, dict | list):
            return [self._scalar(node, new)]
        if indent == -1 or (node.is_flow and node.items) or not new:
            return [self._spaced(node, self.style.inline(new))]
        lines = self.style.lines(new)
        if indent is None or (node.items and not node.is_flow):
            if DASHED.match(self.text, node.begin):
                return None  # an anchor or a tag
            deep = column(self.text, node.begin)
            return [Splice(node.begin, node.end, f"\n{' ' * deep}".join(lines))]
        below = self._lines_behind(node.end, indent, lines)
        begin = len(self.text[: node.begin].rstrip(" "))
        return [Splice(begin, node.end, ""), below] if node.begin < node.end else [below]

    def _scalar(self, node: TextNode, new: Any) -> Splice:
        begin = node.begin
        if node.shape == "scalar":
            found = DASHED.match(self.text, node.begin, node.end)
            begin = found.end() if found else begin
        quote = self.text[begin : begin + 1] if node.shape == "scalar" else ""
        return self._spaced(node, scalar_text(self.style, new, quote), begin)

    def _spaced(self, node: TextNode, text: str, begin: int | None = None) -> Splice:
        begin = node.begin if begin is None else begin
        space = " " if begin == node.end and self.text[begin - 1 : begin] in (":", "-") else ""
        return Splice(begin, node.end, space + text)


class _Alignment(Struct, frozen=True):
    """Which items stay, and as what; which are added, by the item that they come behind."""

    pairs: dict[int, int]
    added: dict[int, list[int]]

    @classmethod
    def of(cls, old: list[Any], new: list[Any]) -> _Alignment:
        """Pair items that are the same; of others in the same place, one after the other.

        >>> _Alignment.of([1, 2, 3], [1, 9, 3, 4])
        _Alignment(pairs={0: 0, 1: 1, 2: 2}, added={2: [3]})
        """
        was, wanted = ([json.dumps(one, sort_keys=True) for one in items] for items in (old, new))
        matcher = SequenceMatcher(None, was, wanted, autojunk=False)
        found = cls({}, {})
        for _, old_begin, old_end, new_begin, new_end in matcher.get_opcodes():
            found.pairs.update(zip(range(old_begin, old_end), range(new_begin, new_end)))  # noqa: B905 - what is left over is added or goes
            more = range(new_begin + (old_end - old_begin), new_end)
            if more:
                found.added.setdefault(max(found.pairs, default=-1), []).extend(more)
        if not found.pairs:  # nothing stays: the first takes the place of the first
            return cls({0: 0}, {0: list(range(1, len(new)))} if len(new) > 1 else {})
        return found


def _is_same(old: Any, new: Any) -> bool:
    """Whether two values are the same, true and 1 being two."""
    return old is new or json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)
