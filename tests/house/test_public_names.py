"""The public face is what `laneway.__all__` says, no less and no more."""

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


def test_every_public_name_leads_to_an_object_of_the_package() -> None:
    strangers = [
        name
        for name in laneway.__all__
        if not getattr(laneway, name).__module__.startswith("laneway.")
    ]

    assert strangers == []


def test_every_public_name_is_documented() -> None:
    silent = [name for name in laneway.__all__ if not getattr(laneway, name).__doc__]

    assert silent == []
