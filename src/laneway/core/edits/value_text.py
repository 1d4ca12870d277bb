"""Values as YAML text, in the form that a document around them has.

Comes in: plain dictionaries, lists and scalars, and a style. Goes out: lines for what stands in
lines, one text for what stands in brackets. A document of JSON stays one. Apart from the texts that
are made whole, because here a few lines have to look like their neighbors.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from laneway.core.edits.text_nodes import TextNode
from laneway.core.emit import yaml_scalar


class TextStyle(Struct, frozen=True):
    """How a document is written: JSON or not, how deep things stand, and lists below their keys."""

    is_json: bool = False
    step: int = 2
    list_step: int = 2

    @classmethod
    def of(cls, text: str, root: TextNode) -> TextStyle:
        r"""Return the style of a document: that of its first mapping, and of its first list.

        >>> from laneway.core.edits.text_nodes import text_nodes
        >>> text = "a:\n    b:\n    - c\n"
        >>> TextStyle.of(text, text_nodes(text))
        TextStyle(is_json=False, step=4, list_step=0)
        """
        is_json = root.is_flow and text[root.begin + 1 :].lstrip().startswith('"')
        depths: dict[str, int] = {}
        for key, value in _pairs(root):
            if not value.is_flow and value.items:
                mark = value.items[0][0] or value
                deeper = _column(text, mark.begin) - _column(text, key.begin)
                depths.setdefault(value.shape, deeper)
        step = depths.get("mapping", 2)
        return cls(is_json, step if step > 0 else 2, depths.get("list", 2))

    def lines(self, value: Any) -> list[str]:
        """Write a mapping or a list in lines, from column 0 on."""
        if isinstance(value, dict):
            return [line for key, one in value.items() for line in self.pair(str(key), one)]
        return [line for one in value for line in self.item(one)]

    def pair(self, key: str, value: Any, quote: str = "") -> list[str]:
        """Write a key and its value in lines."""
        head = f"{self._key(key, quote)}:"
        if not _is_filled(value):
            return [f"{head} {self.inline(value)}"]
        deeper = " " * (self.list_step if isinstance(value, list) else self.step)
        return [head, *(f"{deeper}{line}" for line in self.lines(value))]

    def item(self, value: Any) -> list[str]:
        """Write an item of a list in lines."""
        if not _is_filled(value):
            return [f"- {self.inline(value)}"]
        first, *rest = self.lines(value)
        return [f"- {first}", *(f"  {line}" for line in rest)]

    def inline(self, value: Any) -> str:
        """Write a value in brackets, or a scalar.

        >>> TextStyle().inline({"a": ["x", 1, True], "b": "x: y"})
        "{a: [x, 1, true], b: 'x: y'}"
        >>> TextStyle(is_json=True).inline({"a": ["x", None]})
        '{"a": ["x", null]}'
        """
        if self.is_json or value is None or isinstance(value, int | float):
            return json.dumps(value, ensure_ascii=False)
        if isinstance(value, dict):
            return f"{{{', '.join(self.inline_pair(str(key), one) for key, one in value.items())}}}"
        if isinstance(value, list):
            return f"[{', '.join(map(self.inline, value))}]"
        return f"'{value}'" if ":" in value and "'" not in value else yaml_scalar.inline(value)

    def inline_pair(self, key: str, value: Any, quote: str = "") -> str:
        """Write a key and its value in brackets."""
        return f"{self._key(key, quote)}: {self.inline(value)}"

    def _key(self, key: str, quote: str) -> str:
        if self.is_json or quote == '"':
            return json.dumps(key, ensure_ascii=False)
        return f"'{key}'" if quote and "'" not in key else yaml_scalar.inline(key)


def scalar_text(style: TextStyle, value: Any, quote: str = "") -> str:
    """Write a scalar, a text in the quotes that another had in its place.

    >>> scalar_text(TextStyle(), "it's", "'"), scalar_text(TextStyle(), "3", ""),
    ("'it''s'", "'3'")
    """
    if isinstance(value, str) and value.isprintable() and not style.is_json:
        if quote == '"':
            return json.dumps(value, ensure_ascii=False)
        if quote == "'":
            return f"'{value.replace(quote, quote * 2)}'"
    return style.inline(value)


def document_text(value: Any) -> str:
    r"""Write a document as the vendor's pages print theirs.

    >>> document_text({"spec": {"hosts": ["*"]}})
    "spec:\n  hosts:\n    - '*'\n"
    """
    return "\n".join(TextStyle().lines(value)) + "\n"


def _is_filled(value: Any) -> bool:
    return isinstance(value, dict | list) and bool(value)


def _pairs(node: TextNode) -> Iterator[tuple[TextNode, TextNode]]:
    """Yield keys and values in lines, in the order of the text."""
    for key, value in node.items if not node.is_flow else ():
        if key is not None:
            yield key, value
        yield from _pairs(value)


def _column(text: str, at: int) -> int:
    return at - (text.rfind("\n", 0, at) + 1)
