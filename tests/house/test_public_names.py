"""The public face is what `laneway.__all__` says, no less and no more."""

from types import ModuleType

import laneway

PUBLIC = [
    "Compilation",
    "Finding",
    "Request",
    "RoutePlan",
    "Snapshot",
    "compile",
    "explain",
    "manifests",
    "read",
]


def test_public_names_are_these() -> None:
    assert list(laneway.__all__) == PUBLIC


def test_public_names_are_sorted() -> None:
    assert list(laneway.__all__) == sorted(laneway.__all__)


def test_public_names_are_exactly_what_is_visible() -> None:
    visible = {
        name
        for name in dir(laneway)
        if not name.startswith("_")
        and name != "annotations"
        and not isinstance(getattr(laneway, name), ModuleType)
    }

    assert set(laneway.__all__) == visible


def test_every_public_name_is_documented() -> None:
    silent = [name for name in laneway.__all__ if not getattr(laneway, name).__doc__]

    assert silent == []
