"""What a system that gives no private networks is told."""

import asyncio
import errno
import os
import sys
from pathlib import Path

import pytest

from laneway.adapters.netns import NetworkError, PrivateNetwork, probe
from laneway.adapters.netns.probe import forbidden
from laneway.apps.local.mesh.offering import is_possible


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        (
            "kernel/unprivileged_userns_clone",
            "0",
            "kernel.unprivileged_userns_clone is 0; `sudo sysctl -w ",
        ),
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "kernel.apparmor_restrict_unprivileged_userns is 1; `sudo sysctl -w ",
        ),
        ("kernel/unprivileged_userns_clone", "1", "this system forbids namespaces; a container "),
    ],
)
def test_the_setting_that_forbids_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, said: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    (tmp_path / setting).parent.mkdir()
    (tmp_path / setting).write_text(f"{value}\n")

    assert forbidden(tmp_path).startswith(said)


def test_a_kernel_without_a_part_is_told_what_loads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise NetworkError("give pod its rules: No such file or directory", errno.ENOENT)

    monkeypatch.setattr(PrivateNetwork, "settle", refuses)

    told = probe()
    assert told.startswith("give pod its rules: No such file or directory: `sudo modprobe -a veth")


@pytest.mark.usefixtures("possible")
def test_whether_it_is_possible_is_tried_once_and_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert probe() == ""
    assert asyncio.run(is_possible(tmp_path))
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    assert asyncio.run(is_possible(tmp_path)), "it is remembered"
    (tmp_path / "interception.json").write_text("{}")
    assert not asyncio.run(is_possible(tmp_path)), "what cannot be tried is not offered"
