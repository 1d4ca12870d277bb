"""Who asks is known by a token, a file or a program, which is run no oftener than it has to be."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from laneway.adapters.kube import NoAccess, access, credentials
from laneway.adapters.kube.credentials import PluginCredentials, Presented, TokenFile
from laneway.adapters.kube.kubeconfig import KubeCluster, Plugin, Variable

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TOKEN = {"token": "t"}
V1 = "client.authentication.k8s.io/v1"
COUNTS = """
import json, os, sys
from pathlib import Path
runs = Path(sys.argv[1])
runs.write_text(runs.read_text() + "x" if runs.exists() else "x")
status = json.loads(sys.argv[2])
if "token" in status:
    status["token"] += str(len(runs.read_text()))
print(json.dumps({"apiVersion": sys.argv[3], "kind": "ExecCredential", "status": status}))
"""


class Clock:
    """A clock that is set."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


def counted(folder: Path, said_version: str = V1, **status: str) -> tuple[PluginCredentials, Clock]:
    """Return a plugin that gives this, with the number of its runs behind the token."""
    arguments = ["-c", COUNTS, str(folder / "runs"), json.dumps(status), said_version]
    clock = Clock()
    return PluginCredentials(
        Plugin(api_version=V1, command=sys.executable, args=arguments),
        KubeCluster(),
        "the file",
        clock,
    ), clock


def runs(folder: Path) -> int:
    return len((folder / "runs").read_text())


def test_a_program_is_run_once_for_all_who_ask(tmp_path: Path) -> None:
    plugin, _ = counted(tmp_path, **TOKEN)

    async def main() -> None:
        shown = await asyncio.gather(*(plugin.present() for _ in range(5)))
        assert {one.authorization for one in shown} == {"Bearer t1"}

    asyncio.run(main())
    assert runs(tmp_path) == 1


def test_a_program_is_run_again_shortly_before_what_it_gave_expires(tmp_path: Path) -> None:
    plugin, clock = counted(tmp_path, **TOKEN, expirationTimestamp="2026-01-01T01:00:00Z")

    async def main() -> None:
        assert (await plugin.present()).authorization == "Bearer t1"
        clock.now = NOW + timedelta(minutes=59)
        assert (await plugin.present()).authorization == "Bearer t1"
        clock.now = NOW + timedelta(minutes=59, seconds=55)
        assert (await plugin.present()).authorization == "Bearer t2"

    asyncio.run(main())


def test_a_program_is_run_again_once_for_one_refusal(tmp_path: Path) -> None:
    plugin, _ = counted(tmp_path, **TOKEN)

    async def main() -> None:
        shown = await plugin.present()
        assert plugin.refused(shown)
        assert (await plugin.present()).authorization == "Bearer t2"
        assert plugin.refused(shown)  # of another question, put before
        assert (await plugin.present()).authorization == "Bearer t2"

    asyncio.run(main())
    assert runs(tmp_path) == 2


def test_a_program_may_give_a_certificate(tmp_path: Path) -> None:
    plugin, _ = counted(tmp_path, clientCertificateData="CERT", clientKeyData="KEY")

    assert asyncio.run(plugin.present()) == Presented("", "CERT", "KEY")


def test_a_program_is_told_the_cluster_and_its_own_variables(tmp_path: Path) -> None:
    says = (
        "import json,os;info=json.loads(os.environ['KUBERNETES_EXEC_INFO']);"
        "print(json.dumps({'apiVersion':info['apiVersion'],'kind':'ExecCredential','status':"
        "{'token':info['spec']['cluster']['server']+os.environ['MINE']"
        "+info['spec']['cluster']['certificate-authority-data']}}))"
    )
    authority = tmp_path / "ca.crt"
    authority.write_bytes(b"PEM")
    plugin = Plugin(
        api_version=V1,
        command=sys.executable,
        args=["-c", says],
        env=[Variable("MINE", "/mine/")],
        provide_cluster_info=True,
    )
    cluster = KubeCluster(server="https://there", certificate_authority=str(authority))
    shown = asyncio.run(PluginCredentials(plugin, cluster, "the file").present())

    assert shown.authorization == "Bearer https://there/mine/UEVN"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise SystemExit(3)", r"it ended with 3"),
        ("print('no JSON')", r"no ExecCredential"),
        ('print(\'{"apiVersion":"v1","kind":"Pod","status":{}}\')', r"it gives v1 Pod, not"),
        (
            f'print(\'{{"apiVersion":"{V1}","kind":"ExecCredential","status":{{}}}}\')',
            r"neither a token nor a certificate",
        ),
    ],
)
def test_a_program_that_gives_nothing_is_named(code: str, words: str) -> None:
    plugin = Plugin(api_version=V1, command=sys.executable, args=["-c", code])

    with pytest.raises(NoAccess, match=f"the file takes credentials from .*python.*{words}"):
        asyncio.run(PluginCredentials(plugin, KubeCluster(), "the file").present())


def test_a_program_that_does_not_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "_PATIENCE", 0.3)
    code = "import os,sys,time;open(sys.argv[1],'w').write(str(os.getpid()));time.sleep(60)"
    file = tmp_path / "pid"
    plugin = Plugin(api_version=V1, command=sys.executable, args=["-S", "-c", code, str(file)])

    with pytest.raises(NoAccess, match="it did not end within"):
        asyncio.run(PluginCredentials(plugin, KubeCluster(), "the file").present())
    if file.exists():  # it got so far
        with pytest.raises(ProcessLookupError):
            os.kill(int(file.read_text()), 0)


def test_a_program_that_is_missing_is_told_with_how_to_install_it() -> None:
    plugin = Plugin(api_version=V1, command="/no/such", install_hint="get it at the shop")

    with pytest.raises(NoAccess, match=r"cannot be started[^$]*get it at the shop"):
        asyncio.run(PluginCredentials(plugin, KubeCluster(), "the file").present())


def test_a_program_that_has_to_ask_somebody_needs_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    plugin = Plugin(api_version=V1, command="/no/such", interactive_mode="Always")

    with pytest.raises(NoAccess, match="there is no terminal"):
        asyncio.run(PluginCredentials(plugin, KubeCluster(), "the file").present())


def test_a_file_with_a_token_is_read_at_each_question(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("one\n")
    found = TokenFile(file)

    async def main() -> None:
        shown = await found.present()
        assert shown.authorization == "Bearer one"
        assert not found.refused(shown)
        file.write_text("two")
        assert found.refused(shown)
        assert (await found.present()).authorization == "Bearer two"

    asyncio.run(main())


@pytest.mark.parametrize("text", ["", None])
def test_a_file_without_a_token_is_named(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "token"
    if text is not None:
        file.write_text(text)

    with pytest.raises(NoAccess, match=str(file)):
        asyncio.run(TokenFile(file).present())


def presented(folder: Path, user: dict[str, Any]) -> Presented:
    """Return what a user of a kubeconfig in a folder shows."""
    file = folder / "config"
    file.write_text(
        json.dumps(
            {
                "clusters": [{"name": "c", "cluster": {"server": "https://c"}}],
                "users": [{"name": "u", "user": user}],
                "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
                "current-context": "x",
            }
        )
    )
    return asyncio.run(access(str(file), environ={}).credentials.present())


def test_each_kind_of_user_shows_what_they_have(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("of a file")
    script = tmp_path / "plugin"
    script.write_text(
        f'#!/bin/sh\necho \'{{"apiVersion":"{V1}","kind":"ExecCredential",'
        '"status":{"token":"of a program"}}\'\n'
    )
    script.chmod(0o755)
    plugin = {"apiVersion": V1, "command": "./plugin", "interactiveMode": "Never"}

    assert presented(tmp_path, {}).authorization == ""
    assert presented(tmp_path, {"token": "given"}).authorization == "Bearer given"
    both = {"token": "given", "tokenFile": "token"}
    assert presented(tmp_path, both).authorization == "Bearer of a file"
    basic = {"username": "me", "password": "secret"}
    assert presented(tmp_path, basic).authorization == "Basic bWU6c2VjcmV0"
    assert presented(tmp_path, {"exec": plugin}).authorization == "Bearer of a program"


def test_a_provider_that_is_no_more_is_told_with_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(NoAccess, match=r"auth-provider 'gcp', which Kubernetes dropped.*exec:"):
        presented(tmp_path, {"auth-provider": {"name": "gcp"}})
