"""Every way to a server, and servers that want something else: a name, another host, our time."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
from pathlib import Path

import pytest

from laneway.adapters.gitstore import (
    CommitReader,
    GitCredentials,
    Limits,
    NotFetched,
    NotReached,
    NotTaken,
    NotThere,
    Store,
)
from laneway.adapters.gitstore.ways import command
from laneway.core.git.selection import Selection
from tests.gitstore.remotes import MAIN, Repository, objects_in, remote, revision
from tests.gitstore.web import Handler, WebServer, certificate, serving

NAMESPACE = b"apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"
TOKEN = "f5hidden9d"  # noqa: S105 - of nobody


def locked(handler: Handler) -> bool:
    """Let in whoever knows the token."""
    words = handler.headers.get("Authorization", "").partition("Basic ")[2]
    if base64.b64decode(words).decode().partition(":")[2] == TOKEN:
        return False
    handler.say(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"who are you?")
    return True


@pytest.mark.parametrize("is_new", [True, False])
def test_web_gives_the_commit_in_both_protocols(
    store: Store,
    origin: Repository,
    web: WebServer,
    is_new: bool,  # noqa: FBT001 - a column of the table
) -> None:
    web.is_new = is_new
    files = {f"f{number}.yaml": b"%d" % number for number in range(20)}
    first = origin.commit(files)
    there = remote(f"{web.url}/origin.git")
    assert store.fetch(there, MAIN).id == first
    assert store.fetch(there, revision("")).id == first

    second = origin.commit({**files, "b.yaml": NAMESPACE})

    assert store.fetch(there, MAIN).id == second
    packs = Path(store.folder, "objects", "pack").glob("*.pack")
    assert sorted(map(objects_in, packs)) == [4, 22]
    assert not is_new or store.fetch(there, revision(first)).id == first


def test_tls_is_believed_only_by_a_certificate_that_is_known(
    store: Store, origin: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = origin.commit({"a.yaml": NAMESPACE})
    made = certificate(tmp_path)
    with serving(origin.folder.parent, made) as web:
        there = remote(f"{web.url}/origin.git")
        with pytest.raises(NotReached, match="certificate verify failed"):
            store.fetch(there, MAIN)
        assert web.met == []
        monkeypatch.setenv("SSL_CERT_FILE", str(made))
        assert store.fetch(there, MAIN).id == commit


def test_token_is_taken_from_the_environment_or_a_file(
    store: Store,
    origin: Repository,
    web: WebServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commit = origin.commit({"a.yaml": NAMESPACE})
    web.misbehaving = locked
    there = remote(f"{web.url}/origin.git")
    monkeypatch.setenv("LANES_TOKEN", TOKEN)
    (tmp_path / "token").write_text(f"{TOKEN}\n")

    for where in (
        GitCredentials(variable="LANES_TOKEN"),
        GitCredentials(file=str(tmp_path / "token")),
    ):
        assert store.fetch(there, MAIN, where).id == commit
        assert TOKEN not in repr(where)


def test_helper_of_the_person_s_git_is_asked_only_when_the_server_wants_a_name(
    store: Store,
    origin: Repository,
    web: WebServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commit = origin.commit({"a.yaml": NAMESPACE})
    asked = tmp_path / "asked"
    config = tmp_path / "config"
    helper = f"!f() {{ cat >>{asked}; echo username=ann; echo password={TOKEN}; }}; f"
    config.write_text(f'[credential]\n\thelper = "{helper}"\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    there = remote(f"{web.url}/origin.git")

    store.fetch(there, MAIN)
    assert not asked.exists()

    web.misbehaving = locked
    assert store.fetch(there, MAIN).id == commit
    assert "host=localhost:" in asked.read_text()


@pytest.mark.parametrize("wrong", [{}, {"variable": "LANES_TOKEN"}, {"variable": "NOT_SET"}])
def test_whoever_is_not_let_in_reads_why_and_no_secret(
    store: Store,
    origin: Repository,
    web: WebServer,
    wrong: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    origin.commit({"a.yaml": NAMESPACE})
    monkeypatch.setenv("LANES_TOKEN", f"{TOKEN}-old")

    def repeating(handler: Handler) -> bool:
        handler.say(401, {"WWW-Authenticate": f'Basic realm="{TOKEN}-old"'}, TOKEN.encode())
        return True

    web.misbehaving = repeating
    with pytest.raises(NotReached) as caught:
        store.fetch(remote(f"{web.url}/origin.git"), MAIN, GitCredentials(**wrong))

    assert {one.code.id for one in caught.value.findings} <= {"LW2106", "LW2116"}
    assert TOKEN not in f"{caught.value!r} {caught.value.findings}"


def test_secret_is_not_sent_in_the_clear(
    store: Store, origin: Repository, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin.commit({"a.yaml": NAMESPACE})
    monkeypatch.setenv("LANES_TOKEN", TOKEN)
    there = remote(f"{web.url}/origin.git")
    monkeypatch.setattr(type(there), "is_private", property(lambda _: False))

    store.fetch(there, MAIN, GitCredentials(variable="LANES_TOKEN"))

    assert {sent for _, sent in web.met} == {""}


def test_redirect_is_told_and_not_followed(
    store: Store, origin: Repository, web: WebServer, tmp_path: Path
) -> None:
    origin.commit({"a.yaml": NAMESPACE})
    with serving(tmp_path) as other:

        def elsewhere(handler: Handler) -> bool:
            handler.say(301, {"Location": f"{other.url}{handler.path}"})
            return True

        web.misbehaving = elsewhere
        with pytest.raises(NotThere, match=f"redirects to {other.url}"):
            store.fetch(remote(f"{web.url}/origin.git"), MAIN)
        assert other.met == []


def test_pack_is_not_fetched_from_an_address_that_the_server_names(
    store: Store, origin: Repository, web: WebServer, tmp_path: Path
) -> None:
    origin.commit({"a.yaml": NAMESPACE})
    with serving(tmp_path, certificate(tmp_path)) as other:

        def naming(handler: Handler) -> bool:
            if b"command=fetch" not in handler.given:
                return False
            named = b"%s/pack sha1 %s\n" % (other.url.encode(), b"0" * 40)
            lines = [b"packfile-uris\n", named, b"packfile\n"]
            said = b"".join(b"%04x%s" % (len(line) + 4, line) for line in lines)
            handler.say(
                200, {"Content-Type": "application/x-git-upload-pack-result"}, said + b"0000"
            )
            return True

        web.misbehaving = naming
        with pytest.raises(NotThere, match=f"redirects to {other.url}/pack"):
            store.fetch(remote(f"{web.url}/origin.git"), MAIN)
        assert other.met == []


def test_server_that_is_slow_is_cut_off(tmp_path: Path, origin: Repository, web: WebServer) -> None:
    origin.commit({"a.yaml": NAMESPACE})

    def slow(handler: Handler) -> bool:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/x-git-upload-pack-advertisement")
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        handler.wfile.write(b"fff0")
        while True:
            handler.wfile.write(b"0")
            handler.server.pause.wait(0.01)

    web.misbehaving = slow
    with (
        Store(str(tmp_path / "quick"), Limits(seconds=0.2)) as store,
        pytest.raises(NotReached, match=r"no whole answer in 0\.2 seconds"),
    ):
        store.fetch(remote(f"{web.url}/origin.git"), MAIN)


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (404, "text/plain", b"none"),
        (500, "text/plain", b"oh"),
        (200, "text/html", b"<html>welcome</html>"),
        (200, "text/plain", b"1" * 40 + b"\trefs/heads/main\n"),
        (200, "application/x-git-upload-pack-advertisement", b"rubbish"),
        (200, "application/x-git-upload-pack-advertisement", b"ffff"),
        (
            200,
            "application/x-git-upload-pack-advertisement",
            b"001e# service=git-upload-pack\n0000",
        ),
    ],
)
def test_server_that_is_none_of_git_is_told(
    store: Store, web: WebServer, status: int, kind: str, body: bytes
) -> None:
    def other(handler: Handler) -> bool:
        handler.say(status, {"Content-Type": kind}, body)
        return True

    web.misbehaving = other
    with pytest.raises(NotFetched) as caught:
        store.fetch(remote(f"{web.url}/origin.git"), MAIN)
    assert {one.code.id for one in caught.value.findings} <= {"LW2104", "LW2105", "LW2108"}
    assert all("info/refs" in path for path, _ in web.met)


def test_names_without_end_are_cut_off(tmp_path: Path, web: WebServer) -> None:
    def endless(handler: Handler) -> bool:
        line = b"%04x" % (44 + 20) + b"1" * 40 + b" refs/heads/a-b-c-d\n"
        head = b"001e# service=git-upload-pack\n0000"
        kind = {"Content-Type": "application/x-git-upload-pack-advertisement"}
        handler.say(200, kind, head + line * 40_000)
        return True

    web.misbehaving = endless
    with (
        Store(str(tmp_path / "s"), Limits(names=1_000_000)) as store,
        pytest.raises(NotTaken, match="bytes before its pack"),
    ):
        store.fetch(remote(f"{web.url}/origin.git"), MAIN)


def test_ssh_is_the_person_s_own_and_gets_the_address_as_one_word() -> None:
    there = remote("ssh://git@example.com:2222/it's/a b".replace(" ", "%20"))
    words = command(there)

    assert words[0] == "ssh"
    assert words[-3:] == ["--", "git@example.com", "git-upload-pack '/it'\\''s/a%20b'"]
    asked = subprocess.run(
        [words[0], "-G", *words[1:-1]], capture_output=True, check=True, text=True
    )
    said = dict(line.split(" ", 1) for line in asked.stdout.splitlines() if " " in line)
    assert (said["hostname"], said["port"], said["user"]) == ("example.com", "2222", "git")
    assert (said["batchmode"], said["forwardagent"]) == ("yes", "no")


def test_repository_is_fetched_through_ssh(
    store: Store, origin: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = origin.commit({"a.yaml": NAMESPACE})
    program = tmp_path / "my ssh"
    program.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >{tmp_path}/said\nfor last; do :; done\neval "$last"\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("GIT_SSH_COMMAND", f"'{program}' -i key")

    found = store.fetch(remote(f"git@example.com:{origin.folder}"), MAIN)

    assert found.id == commit
    said = (tmp_path / "said").read_text().splitlines()
    assert said[:2] == ["-i", "key"]
    assert said[-2:] == ["git@example.com", f"git-upload-pack '{origin.folder}'"]


def test_what_ssh_complains_of_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", "sh -c 'echo Permission denied >&2; exit 255'")
    with pytest.raises(NotReached, match="Permission denied"):
        store.fetch(remote("git@example.com:a/b"), MAIN)
    monkeypatch.setenv("GIT_SSH_COMMAND", os.devnull)
    with pytest.raises(NotReached):
        store.fetch(remote("git@example.com:a/b"), MAIN)


def test_server_of_this_machine_that_never_answers_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", "sh -c 'sleep 600 & exec sleep 600'")
    with (
        Store(str(tmp_path / "s"), Limits(seconds=0.2)) as store,
        pytest.raises(NotReached, match="no whole answer"),
    ):
        store.fetch(remote("git@example.com:a/b"), MAIN)


def test_file_over_the_limit_is_not_even_sent_where_the_server_can_leave_it_out(
    tmp_path: Path, origin: Repository, web: WebServer
) -> None:
    origin.git("config", "uploadpack.allowFilter", "true")
    origin.commit({"lanes/a.yaml": NAMESPACE, "film.bin": os.urandom(300_000)})
    with Store(str(tmp_path / "s"), Limits(file=10_000, pack=50_000)) as store:
        commit = store.fetch(remote(f"{web.url}/origin.git"), MAIN)

        assert len(CommitReader(store, Selection("lanes")).read(commit).resources) == 1


def test_small_file_told_by_a_large_one_that_was_left_out_is_fetched_whole(
    tmp_path: Path, origin: Repository, web: WebServer
) -> None:
    origin.git("config", "uploadpack.allowFilter", "true")
    long = b"".join(b"# line %d of a long file\n" % number for number in range(4_000))
    origin.commit({"a.yaml": long, "b.yaml": NAMESPACE})
    with Store(str(tmp_path / "s"), Limits(file=60_000)) as store:
        reader = CommitReader(store, Selection())
        there = remote(f"{web.url}/origin.git")
        with pytest.raises(NotTaken, match=r"a\.yaml has more than"):
            reader.read(store.fetch(there, MAIN))
        origin.commit({"a.yaml": long[:50_000] + b"\n---\n" + NAMESPACE, "b.yaml": NAMESPACE})

        assert len(reader.read(store.fetch(there, MAIN)).findings) == 1


def test_commit_over_a_limit_is_not_fetched_again_and_again(
    tmp_path: Path, origin: Repository, web: WebServer
) -> None:
    origin.commit({"film.bin": os.urandom(300_000)})
    there = remote(f"{web.url}/origin.git")
    with Store(str(tmp_path / "s"), Limits(pack=100_000)) as store:
        asked = []
        for _ in range(3):
            with pytest.raises(NotTaken, match="the pack of the commit has more than"):
                store.fetch(there, MAIN)
            asked.append(len(web.met))
        good = origin.commit({"a.yaml": NAMESPACE})

        assert asked == [3, 5, 7]
        assert store.fetch(there, MAIN).id == good


def test_secret_that_comes_back_is_not_shown(
    store: Store, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANES_TOKEN", TOKEN)

    def telling(handler: Handler) -> bool:
        handler.say(302, {"Location": f"https://example.com/?token={TOKEN}"})
        return True

    web.misbehaving = telling
    with pytest.raises(NotThere, match="redirects to https://example") as caught:
        store.fetch(remote(f"{web.url}/a.git"), MAIN, GitCredentials(variable="LANES_TOKEN"))
    assert TOKEN not in f"{caught.value!r} {caught.value.findings}"


def test_work_tree_is_asked_as_its_repository(store: Store, tmp_path: Path) -> None:
    folder = Repository(tmp_path / "shop")
    folder.folder.mkdir()
    folder.git("init", "--quiet", "--initial-branch=main")
    commit = folder.commit({"a.yaml": NAMESPACE})
    folder.git("worktree", "add", "--quiet", str(tmp_path / "beside"), "-b", "beside")

    for name in ("shop", "beside"):
        assert store.fetch(remote(f"file://{tmp_path / name}"), MAIN).id == commit


@pytest.mark.parametrize(
    ("url", "program"), [("file://{}", "git"), ("ssh://git@example.com/a.git", "nowhere-ssh")]
)
def test_program_that_is_not_there_is_named(
    store: Store, origin: Repository, url: str, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", "nowhere-ssh")
    monkeypatch.setenv("PATH", str(origin.folder))

    with pytest.raises(NotReached, match=f"there is no program `{program}` on the PATH") as caught:
        store.fetch(remote(url.format(origin.folder)), MAIN)

    assert [one.code.id for one in caught.value.findings] == ["LW2125"]
