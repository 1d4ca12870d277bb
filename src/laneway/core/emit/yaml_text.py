"""Objects as YAML text: block style, lists indented under their keys.

Comes in: the bodies of manifests, plain dictionaries, lists and scalars. Goes out: one text per
body. It is apart from the emitters so that text and objects have one source. Bodies of one kind
look alike, so they are written in columns: all values that stand at one place of many bodies
together, one step for a column instead of a call per value; what several bodies share by identity
is written once. Bodies are taken in batches, so memory does not grow with their number. A type
that no manifest holds is a bug and raises TypeError.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from laneway.core.emit import yaml_scalar

Body = Mapping[str, Any]

_BATCH = 64
"""Bodies written together: enough to make columns long, few enough to keep memory small."""

_REMEMBERED = 50_000
"""Distinct strings remembered per indentation before memory is given back."""

_SEPARATOR = "---\n"


class Blank(str):
    r"""A value that is filled in later: its name stands between NULs, which no YAML text has.

    >>> yaml_text({"host": Blank("here")})
    'host: \x00here\x00\n'
    """

    __slots__ = ()


def yaml_text(body: Body | list[Any]) -> str:
    """Write one body, or a list of bodies, with a line break at the end.

    >>> print(yaml_text({"spec": {"ports": [{"port": 8000}], "headless": "no"}}), end="")
    spec:
      ports:
        - port: 8000
      headless: 'no'
    """
    return next(yaml_documents([body]))


def yaml_documents(bodies: Iterable[Body | list[Any] | str]) -> Iterator[str]:
    r"""Write bodies as one stream: a piece per body, `---` before each but the first.

    A text among them is a body that is written already.

    >>> "".join(yaml_documents([{"kind": "A"}, {"kind": "B"}]))
    'kind: A\n---\nkind: B\n'
    """
    separator = ""
    for text in _texts(bodies):
        yield separator + text
        separator = _SEPARATOR


def _texts(bodies: Iterable[Body | list[Any] | str]) -> Iterator[str]:
    columns = _Columns()
    rest = iter(bodies)
    while batch := list(islice(rest, _BATCH)):
        unwritten = [body for body in batch if not isinstance(body, str)]
        written = iter(columns.write(unwritten, "", "\n") if unwritten else ())
        for body in batch:
            yield body if isinstance(body, str) else f"{next(written)}\n"
        columns.forget_if_many()


class _Spelled(dict[str, str]):
    """Strings already spelled at one indentation."""

    __slots__ = ("_pad",)

    def __init__(self, pad: str) -> None:
        super().__init__()
        self._pad = pad

    def __missing__(self, text: str) -> str:
        self[text] = spelled = " " + yaml_scalar.value(text, self._pad)
        return spelled


class _Columns:
    """Writes columns of values.

    Every method takes a column of values and gives their texts in the same order. A text is what
    follows a key's `:` or an item's `-`. `lead` stands before a collection's first line: a space
    inside a list item, else a line break; `pad` is the line break and indentation of its lines.
    """

    def __init__(self) -> None:
        self._spelled: dict[str, _Spelled] = {}
        self._collections: dict[type, Callable[[Sequence[Any], str, str], list[str]]] = {
            dict: self._mappings,
            list: self._lists,
            tuple: self._lists,
        }

    def forget_if_many(self) -> None:
        """Give memory back when a stream brings ever new strings."""
        if any(len(spelled) > _REMEMBERED for spelled in self._spelled.values()):
            self._spelled.clear()

    def write(self, values: Sequence[Any], lead: str, pad: str) -> list[str]:
        """Write values of any types; there is at least one."""
        kinds = set(map(type, values))
        if len(kinds) > 1:
            return self._in_groups(values, map(type, values), lead, pad)
        kind = kinds.pop()
        if kind is str:
            return list(map(self._spelled_at(pad).__getitem__, values))
        if collection := self._collections.get(kind):
            return _once(collection, values, lead, pad)
        return list(map(_scalar_writer(kind), values))

    def _mappings(self, values: Sequence[Body], lead: str, pad: str) -> list[str]:
        shapes = set(map(tuple, values))
        if len(shapes) > 1:
            return self._in_groups(values, map(tuple, values), lead, pad)
        keys: tuple[str, ...] = shapes.pop()
        if not keys:
            return [" {}"] * len(values)
        inner = pad + "  "
        columns = [self.write([value[key] for value in values], inner, inner) for key in keys]
        heads = [yaml_scalar.key(key, pad).replace("%", "%%") + "%s" for key in keys]
        template = lead + pad.join(heads)
        return [template % row for row in zip(*columns, strict=True)]

    def _lists(self, values: Sequence[Sequence[Any]], lead: str, pad: str) -> list[str]:
        if not all(values):
            return (
                self._in_groups(values, map(bool, values), lead, pad)
                if any(values)
                else [" []"] * len(values)
            )
        items = iter(self.write(list(chain.from_iterable(values)), " ", pad + "  "))
        first, following = f"{lead}-", f"{pad}-"
        return [first + following.join(islice(items, length)) for length in map(len, values)]

    def _in_groups(
        self, values: Sequence[Any], kinds: Iterable[Hashable], lead: str, pad: str
    ) -> list[str]:
        """Write a mixed column as several uniform ones."""
        groups: dict[Hashable, list[int]] = {}
        for position, kind in enumerate(kinds):
            groups.setdefault(kind, []).append(position)
        texts = [""] * len(values)
        for positions in groups.values():
            written = self.write([values[position] for position in positions], lead, pad)
            for position, text in zip(positions, written, strict=True):
                texts[position] = text
        return texts

    def _spelled_at(self, pad: str) -> _Spelled:
        found = self._spelled.get(pad)
        if found is None:
            found = self._spelled[pad] = _Spelled(pad)
        return found


def _once(
    write: Callable[[Sequence[Any], str, str], list[str]],
    values: Sequence[Any],
    lead: str,
    pad: str,
) -> list[str]:
    """Write a value that stands several times in a column once."""
    identities = list(map(id, values))
    distinct = dict(zip(identities, values, strict=True))
    if len(distinct) * 2 > len(values):
        return write(values, lead, pad)
    texts = dict(zip(distinct, write(list(distinct.values()), lead, pad), strict=True))
    return list(map(texts.__getitem__, identities))


def _scalar_writer(kind: type) -> Callable[[Any], str]:
    try:
        return _SCALARS[kind]
    except KeyError:
        message = f"a manifest cannot hold {kind.__name__}"
        raise TypeError(message) from None


_SCALARS: dict[type, Callable[[Any], str]] = {
    int: " {}".format,
    bool: lambda value: " true" if value else " false",
    type(None): lambda _: " null",
    Blank: " \0{}\0".format,
    float: lambda value: " " + yaml_scalar.number(value),
}
