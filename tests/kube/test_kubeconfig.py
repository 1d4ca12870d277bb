"""A kubeconfig is read as kubectl reads it, and what is wrong with one is said in words."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from laneway.adapters.kube import NoAccess, access
from laneway.adapters.kube.credentials import Presented


def config(name: str, user: object = None, **cluster: object) -> dict[str, Any]:
    """Return a kubeconfig with one of everything, all of this name."""
    server = {"server": f"https://{name}.test:6443/at", **cluster}
    return {
        "clusters": [{"name": name, "cluster": server}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }


def written(file: Path, content: object) -> str:
    """Write a kubeconfig and return where it is."""
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(file)


def test_the_current_context_says_where_and_who(tmp_path: Path) -> None:
    found = access(written(tmp_path / "config", config("one")), environ={})

    assert (found.host, found.port, found.prefix) == ("one.test", 6443, "/at")
    assert (found.namespace, found.is_plain, found.proxy) == ("default", False, "")


def test_a_context_may_name_a_namespace_and_a_user_somebody_else(tmp_path: Path) -> None:
    content = config("one", {"as": "deputy", "as-groups": ["a", "b"]})
    content["contexts"][0]["context"]["namespace"] = "lanes"
    found = access(written(tmp_path / "config", content), environ={})

    assert found.namespace == "lanes"
    assert found.headers() == [
        ("impersonate-user", "deputy"),
        ("impersonate-group", "a"),
        ("impersonate-group", "b"),
    ]


def test_of_several_files_the_first_has_the_say_over_each_name(tmp_path: Path) -> None:
    first = written(tmp_path / "first", config("one", {"username": "first"}))
    others = config("two")
    others["users"].append({"name": "one", "user": {"username": "second"}})
    others["clusters"].append({"name": "one", "cluster": {"server": "https://other.test"}})
    second = written(tmp_path / "second", others)
    environ = {"KUBECONFIG": f"{tmp_path / 'absent'}:{first}:{second}"}

    assert access(environ=environ).host == "one.test"
    assert access(context="two", environ=environ).host == "two.test"
    shown = asyncio.run(access(environ=environ).credentials.present())
    assert shown.authorization == "Basic Zmlyc3Q6"


def test_paths_are_meant_from_the_file_that_names_them(tmp_path: Path) -> None:
    content = config("one", {"client-certificate": "mine.crt"}, **{"certificate-authority": "ca"})
    found = access(written(tmp_path / "config", content), environ={})

    assert found.cluster.certificate_authority == str(tmp_path / "ca")
    with pytest.raises(NoAccess, match=f"{tmp_path}/"):
        found.secured(Presented())


def test_the_file_at_home_is_the_last_to_be_asked(tmp_path: Path) -> None:
    (tmp_path / ".kube").mkdir()
    written(tmp_path / ".kube" / "config", config("home"))
    account = tmp_path / "account"
    account.mkdir()
    (account / "token").write_text("t")
    (account / "namespace").write_text("lanes\n")
    pod = {
        "HOME": str(tmp_path),
        "KUBERNETES_SERVICE_HOST": "fd00::1",
        "KUBERNETES_SERVICE_PORT": "443",
    }

    assert access(environ={"HOME": str(tmp_path)}, account=account).host == "home.test"
    inside = access(environ=pod, account=account)
    assert (inside.host, inside.authority, inside.namespace) == (
        "fd00::1",
        "[fd00::1]:443",
        "lanes",
    )
    assert asyncio.run(inside.credentials.present()).authorization == "Bearer t"
    assert inside.cluster.certificate_authority == str(account / "ca.crt")
    named = written(tmp_path / "named", config("named"))
    assert access(named, environ=pod, account=account).host == "named.test"
    assert access(context="home", environ=pod, account=account).host == "home.test"


def test_a_null_is_nothing(tmp_path: Path) -> None:
    content = config("one", {"token": None, "exec": None}, **{"proxy-url": None})
    content["preferences"] = None

    assert access(written(tmp_path / "config", content), environ={}).proxy == ""


@pytest.mark.parametrize(
    ("content", "context", "words"),
    [
        (config("one"), "two", r"has no context 'two'; there are: one"),
        ({**config("one"), "current-context": ""}, None, r"no current-context.*there are: one"),
        ({**config("one"), "clusters": []}, None, r"cluster that is not there: 'one'; .* none"),
        ({**config("one"), "users": []}, None, r"user who is not there: 'one'; there are none"),
        (config("one", server=""), None, r"cluster 'one' of .* has no server; write its https"),
        (config("one", server="ftp://one"), None, r"server 'ftp://one' is no https://HOST:PORT"),
        (config("one", server="https://one:no"), None, r"'https://one:no' is no address"),
        (config("one", server="https://[::1"), None, r"is no address"),
        (config("one", {"token": 5}), None, r"is no kubeconfig: Expected `str`, got `int`.*token"),
        ("a: [", None, r"config is no YAML"),
        ("[1]", None, r"is no kubeconfig"),
        ("just words", None, r"is no kubeconfig"),
        ("", None, r"no current-context"),
    ],
)
def test_what_is_wrong_is_told_with_where_and_what_to_write(
    tmp_path: Path, content: object, context: str | None, words: str
) -> None:
    file = written(tmp_path / "config", content)

    with pytest.raises(NoAccess, match=words) as caught:
        access(file, context, environ={})
    assert file in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    absent = str(tmp_path / "absent")
    with pytest.raises(NoAccess, match=f"{absent} cannot be read"):
        access(absent, environ={})
    with pytest.raises(NoAccess, match=f"KUBECONFIG names {absent}, and no such file"):
        access(environ={"KUBECONFIG": absent})
    with pytest.raises(NoAccess, match=r"neither --kubeconfig nor KUBECONFIG.*and this is no pod"):
        access(environ={"HOME": str(tmp_path)})


def test_a_pod_without_a_token_is_told_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(NoAccess, match="automountServiceAccountToken: true"):
        access(environ={"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, account=tmp_path)


@pytest.mark.parametrize(
    ("environ", "proxy"),
    [
        ({}, ""),
        ({"HTTPS_PROXY": "http://gate:3128"}, "http://gate:3128"),
        ({"https_proxy": "gate:3128"}, "http://gate:3128"),
        ({"HTTP_PROXY": "http://gate:3128"}, ""),
        ({"HTTPS_PROXY": "gate:1", "NO_PROXY": "a.test, one.test"}, ""),
        ({"HTTPS_PROXY": "gate:1", "NO_PROXY": ".test"}, ""),
        ({"HTTPS_PROXY": "gate:1", "no_proxy": "*"}, ""),
        ({"HTTPS_PROXY": "gate:1", "NO_PROXY": "ne.test,10.0.0.0/8,"}, "http://gate:1"),
    ],
)
def test_a_proxy_is_found_where_kubectl_finds_it(
    tmp_path: Path, environ: dict[str, str], proxy: str
) -> None:
    plain = written(tmp_path / "plain", config("one"))
    named = written(tmp_path / "named", config("one", **{"proxy-url": "http://own:1"}))

    assert access(plain, environ=environ).proxy == proxy
    assert access(named, environ=environ).proxy == "http://own:1"


@pytest.mark.parametrize(
    ("server", "proxy"),
    [
        ("https://10.1.2.3", ""),
        ("https://11.1.2.3", "http://gate:1"),
        ("https://127.0.0.1:6443", ""),
        ("https://localhost", ""),
        ("http://11.1.2.3", ""),
    ],
)
def test_addresses_are_exempt_by_network(tmp_path: Path, server: str, proxy: str) -> None:
    file = written(tmp_path / "config", config("one", server=server))
    environ = {"HTTPS_PROXY": "gate:1", "NO_PROXY": "10.0.0.0/8"}

    assert access(file, environ=environ).proxy == proxy
