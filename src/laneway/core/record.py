"""What nearly every type of the core is: a record, made once and never changed.

Comes in: a class of annotated fields. Goes out: the class with a constructor, equality, a hash and
a text that go over its fields. The standard library's `dataclass(frozen=True, slots=True)` is the
same to all who read it (`replace`, `asdict`, `match`), but writes and compiles six methods for each
class, for which a short command waited half of its time. Here the constructor alone is written, for
the first object of its class. That nobody changes a record is held by mypy, which reads everything.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeVar, cast, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def record(cls: type[T]) -> type[T]:
    """Make a class a record of its annotated fields.

    >>> @record
    ... class Share:
    ...     lane: str
    ...     weight: int = 100
    >>> Share("blue"), Share("blue") == Share("blue", 100), len({Share("a"), Share("a")})
    (Share(lane='blue', weight=100), True, 1)
    """
    own = dict(vars(cls))
    made: Any = dataclasses.dataclass(init=False, eq=False, repr=False, slots=True)(cls)
    made.__init__ = _constructor(made, cls.__bases__, own)
    if "__repr__" not in own:
        made.__repr__ = _text
    if "__eq__" not in own:
        compared = [one.name for one in dataclasses.fields(made) if one.compare]
        read = attrgetter(*compared) if compared else type
        made.__eq__ = _equality(read)
        made.__hash__ = own.get("__hash__") or (lambda self: hash(read(self)))
    return cast("type[T]", made)


def _constructor(made: Any, bases: tuple[type, ...], own: dict[str, Any]) -> Callable[..., None]:
    """Return what makes the first object: it has the constructor written that makes all others."""

    def first(self: Any, *fields: Any, **named: Any) -> None:
        written = {name: one for name, one in own.items() if name not in _OF_EACH_CLASS}
        like_it: Any = dataclasses.dataclass(eq=False, repr=False)(
            type(made.__name__, bases, written)
        )
        made.__init__ = like_it.__init__
        made.__init__(self, *fields, **named)

    return first


_OF_EACH_CLASS = ("__dict__", "__weakref__")


def _equality(read: Callable[[Any], Any]) -> Callable[[Any, object], bool]:
    def are_equal(self: Any, other: object) -> bool:
        if self is other:
            return True
        return read(self) == read(other) if type(self) is type(other) else NotImplemented

    return are_equal


def _text(self: Any) -> str:
    shown = (one.name for one in dataclasses.fields(self) if one.repr)
    fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
    return f"{type(self).__qualname__}({fields})"
