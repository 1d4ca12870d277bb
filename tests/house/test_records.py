"""A record is to all who use it what a frozen dataclass of the standard library is."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import pytest

from laneway.core.record import record


@record
class Share:
    """A record with every kind of field."""

    lane: str
    weight: int = 100
    tags: tuple[str, ...] = field(default_factory=lambda: ("new",))
    origin: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Frozen:
    """The same, made by the standard library."""

    lane: str
    weight: int = 100
    tags: tuple[str, ...] = field(default_factory=lambda: ("new",))
    origin: str = field(default="", repr=False, compare=False)


@record
class Nothing:
    """A record without fields."""


@record
class Checked:
    """A record that looks at its fields."""

    lane: str

    def __post_init__(self) -> None:
        """Refuse an empty name."""
        if not self.lane:
            raise ValueError("empty")


GIVEN: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    (("blue",), {}),
    (("blue", 1), {"origin": "a file"}),
    ((), {"lane": "blue", "tags": ()}),
]


@pytest.mark.parametrize(("words", "named"), GIVEN)
def test_record_reads_as_a_frozen_dataclass(words: tuple[Any, ...], named: dict[str, Any]) -> None:
    share, frozen = Share(*words, **named), Frozen(*words, **named)

    assert repr(share) == repr(frozen).replace("Frozen", "Share")
    assert asdict(share) == asdict(frozen)
    assert [one.name for one in fields(share)] == [one.name for one in fields(frozen)]
    assert asdict(replace(share, weight=7)) == asdict(replace(frozen, weight=7))
    assert not hasattr(share, "__dict__")


def test_equal_fields_make_equal_records() -> None:
    assert Share("a") == Share("a", origin="elsewhere")
    assert hash(Share("a")) == hash(Share("a", origin="elsewhere"))
    assert Share("a") != Share("b")
    other: object = Frozen("a")
    assert Share("a") != other
    assert Nothing() == Nothing()
    assert len({Nothing(), Nothing()}) == 1


def test_record_is_matched_by_place() -> None:
    match Share("a", 7):
        case Share(lane, weight):
            assert (lane, weight) == ("a", 7)


def test_wrong_fields_are_refused_at_the_first_object_and_at_every_other() -> None:
    for _ in range(2):
        with pytest.raises(TypeError, match="lane"):
            Share()  # type: ignore[call-arg]
        with pytest.raises(ValueError, match="empty"):
            Checked("")


if TYPE_CHECKING:
    # A line that mypy does not refuse makes its comment one too many, which mypy refuses.
    Share("a").lane = "b"  # type: ignore[misc]
