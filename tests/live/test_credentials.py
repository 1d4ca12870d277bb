"""Whose token it is, and that it is read anew."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from laneway.adapters.istiod import ControlPlane, IstiodCredentials
from laneway.core.live.replicas import IstiodReplica


def token(subject: object) -> str:
    payload = base64.urlsafe_b64encode(json.dumps({"sub": subject}).encode()).decode()
    return f"head.{payload.rstrip('=')}.signature"


def test_the_namespace_is_that_of_the_account(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(token("system:serviceaccount:istio-system:laneway") + "\n")
    found = IstiodCredentials(file)
    assert (found.has_token, found.namespace()) == (True, "istio-system")


@pytest.mark.parametrize("text", ["", "a.b", "a.?.c", token("admin"), token(7), "a.W10.c"])
def test_what_is_no_token_of_an_account_has_no_namespace(tmp_path: Path, text: str) -> None:
    file = tmp_path / "token"
    file.write_text(text)
    assert IstiodCredentials(file).namespace() == ""


def test_a_token_is_read_each_time_it_is_shown(tmp_path: Path) -> None:
    file = tmp_path / "token"
    found = IstiodCredentials(file)
    assert (found.headers(), found.namespace()) == ({}, "")
    for text in ("one", "two"):
        file.write_text(f"{text}\n")
        assert found.headers() == {"authorization": f"Bearer {text}"}


def test_a_token_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    found = IstiodCredentials(tmp_path)
    assert (found.headers(), found.namespace()) == ({}, "")


def test_without_a_root_nobody_is_trusted_and_no_token_is_shown_over_tls(tmp_path: Path) -> None:
    found = IstiodCredentials(tmp_path / "token", tmp_path / "root.pem")
    assert found.trust() is None


def test_observers_sit_where_the_account_is_if_an_istiod_has_no_open_port(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(token("system:serviceaccount:laneway:laneway"))
    opened, closed = IstiodReplica("a", "::1"), IstiodReplica("b", "::1", plain=0)
    assert ControlPlane(IstiodCredentials(file), (opened,)).seat == ""
    assert ControlPlane(IstiodCredentials(file), (opened, closed)).seat == "laneway"
