"""What `laneway.toml` says beside the mesh itself, and what in it cannot be understood."""

from pathlib import Path

import pytest

from laneway.apps.local.mesh.configuration import (
    Configuration,
    ConfigurationError,
    OutsidePlace,
)


def _of(folder: Path, text: str) -> Configuration:
    file = folder / "laneway.toml"
    file.write_text(text)
    return Configuration.of(str(file))


def test_a_file_says_which_commands_there_are_and_how_programs_live(tmp_path: Path) -> None:
    found = _of(
        tmp_path, '[run]\n"shop/cart" = "./cart"\n[up]\nintercept = "auto"\nhost-ports = [5432]\n'
    )

    assert (found.intercept, found.host_ports) == ("auto", (5432,))
    assert found.commands_with(("shop/price=./price",)).of("shop/cart") == ("./cart",)
    assert found.commands_with(("shop/cart=./mine",)).of("shop/cart") == ("./mine",)


def test_an_image_may_be_called_as_a_key_is(tmp_path: Path) -> None:
    found = _of(tmp_path, '[run]\nintercept = "./intercept"\n')

    assert found.intercept == "off"
    assert found.commands_with(()).of("intercept") == ("./intercept",)


@pytest.mark.parametrize("table", ["metrics", "webhooks", "repositories"])
def test_whom_releases_speak_to_is_named_with_an_address(tmp_path: Path, table: str) -> None:
    found = _of(tmp_path, f'[{table}.main]\nurl = "https://a.example"\ntoken-file = "t"\n')

    assert getattr(found, table) == {"main": OutsidePlace("https://a.example", "t")}


def test_without_a_file_nothing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    assert Configuration.of(None) == Configuration()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[up]\nintercept = true\n", "intercept is 'auto' or 'on' or 'off'"),
        ("[up]\nintercept = 'On'\n", "intercept is 'auto' or 'on' or 'off'"),
        ("[up]\nhost-ports = 5432\n", "host-ports is a list of port numbers"),
        ("[up]\nhost-ports = [0]\n", "host-ports is a list of port numbers"),
        ("[up]\nhost-ports = [true]\n", "host-ports is a list of port numbers"),
        ("[up]\nports = [1]\n", "unknown key 'ports' in [up]"),
        ("up = 1\n", "[up] is not a table"),
        ("run = 1\n", "[run] is not a table of images and commands"),
        (
            "[go]\n",
            "there are only [run], [up], [metrics], [webhooks] and [repositories]",
        ),
        ("metrics = 1\n", "[metrics] is not a table"),
        ('[metrics.a]\nurl = "file:///a"\n', "url of [metrics.a] begins with https:// or http://"),
        (
            '[repositories.a]\nurl = "ext::sh"\n',
            "url of [repositories.a] begins with https:// or http:// or file://",
        ),
        ('[metrics.a]\nurl = "http://a"\nto = "b"\n', "unknown key 'to' in [metrics.a]"),
        (
            '[metrics.a]\nurl = "http://a"\ntoken-file = 1\n',
            "token-file of [metrics.a] is the path of a file",
        ),
    ],
)
def test_what_cannot_be_understood_is_told_with_the_file(
    tmp_path: Path, text: str, why: str
) -> None:
    with pytest.raises(ConfigurationError, match=r"laneway\.toml: ") as told:
        _of(tmp_path, text)

    assert str(told.value).endswith(why)
