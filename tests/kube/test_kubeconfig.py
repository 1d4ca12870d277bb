"""A kubeconfig is read as kubectl reads it, and what is wrong with one is said in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from laneway.adapters.kube import NoAccess, access


def config(name: str, **user: object) -> dict[str, object]:
    """Return a kubeconfig with one of everything, all of this name."""
    return {
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}.test:6443/at"}}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }


def test_the_current_context_says_where_and_who(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(json.dumps(config("one", username="somebody")))

    found = access(str(file), environ={})

    assert (found.host, found.port, found.prefix, found.namespace) == (
        "one.test",
        6443,
        "/at",
        "default",
    )


def test_of_several_files_the_first_has_the_say(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(json.dumps(config("one")))
    second.write_text(json.dumps(config("two")))
    environ = {"KUBECONFIG": f"{tmp_path / 'absent'}:{first}:{second}"}

    assert access(environ=environ).host == "one.test"
    assert access(context="two", environ=environ).host == "two.test"


def test_a_context_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(json.dumps(config("one")))

    with pytest.raises(NoAccess, match=r"has no context 'two'; there are: one"):
        access(str(file), "two", environ={})
