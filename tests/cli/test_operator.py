"""What `laneway operator` says before it works: wrong words, and no way to a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from laneway.apps.cli.entry import run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--namespaces", " ,"], "name at least one namespace"),
        (["--leader-elect", "--lease-namespace="], "--leader-elect needs --lease-namespace"),
        (["--metrics-address", "9090"], "9090 is no HOST:PORT"),
        (["--health-address", "localhost:http"], "localhost:http is no HOST:PORT"),
        (["--istiod", "istiod:grpc"], "istiod:grpc is no HOST[:GRPC[:DEBUG]]"),
        (["--layout", "asm"], "'asm' is not one of"),
    ],
)
def test_words_that_mean_nothing_are_refused(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["operator", "--kubeconfig", "nowhere", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_kubeconfig_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "kubeconfig"

    assert run(["operator", "--kubeconfig", str(missing)]) == 3
    assert str(missing) in capsys.readouterr().err
