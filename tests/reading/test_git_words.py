"""URLs, revisions, paths and patterns: what passes, and what is refused before anybody is asked."""

from __future__ import annotations

import pytest

from laneway.core.findings.finding import Finding
from laneway.core.git.glob import globbed
from laneway.core.git.remote import Remote, Way, read_remote
from laneway.core.git.revision import GitRevision, read_revision
from laneway.core.git.selection import Selection, check_pattern, read_path

ALL: frozenset[Way] = frozenset({"https", "ssh", "http", "file"})


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("https://example.com/a/b.git", Remote("https", "example.com", "/a/b.git")),
        ("https://example.com:8443/a", Remote("https", "example.com", "/a", "", 8443)),
        ("ssh://git@example.com:2222/a", Remote("ssh", "example.com", "/a", "git", 2222)),
        ("git@example.com:a/b.git", Remote("ssh", "example.com", "a/b.git", "git")),
        ("git@[::1]:a", Remote("ssh", "[::1]", "a", "git")),
        ("https://[::1]:8443/a", Remote("https", "[::1]", "/a", "", 8443)),
        ("http://127.0.0.1:3000/a", Remote("http", "127.0.0.1", "/a", "", 3000)),
        ("file:///srv/a", Remote("file", "", "/srv/a")),
        ("/srv/a", Remote("file", "", "/srv/a")),
    ],
)
def test_repository_is_known_by_its_url(text: str, remote: Remote) -> None:
    found = read_remote(text, None, ALL)

    assert found == remote
    assert read_remote(remote.url, None, ALL) == remote


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ext::sh -c date",
        "fd::17",
        "git://example.com/a",
        "ftp://example.com/a",
        "file://example.com/a",
        "-oProxyCommand=date",
        "-oProxyCommand=date:a",
        "ssh://-oProxyCommand=date/a",
        "ssh://-oProxyCommand=date@example.com/a",
        "-u@example.com:a",
        "git@example.com:-a",
        "git@example.com:--upload-pack=date",
        "ssh://example.com/--upload-pack=date",
        "ssh://example.com/%2d-upload-pack=date",
        "https://example.com",
        "https://example.com/",
        "https:///a",
        "https://example.com:port/a",
        "https://example.com/a\nb",
        "https://example.com/a%0ab",
        "https://exam ple.com/a",
        "https://exämple.com/a",
        "https://example.com/../a",
        "https://example.com/%2e%2e/a",
        "https://example.com/a?b=c",
        "https://example.com/a#b",
        "https://user@example.com/a",
        "https://user:hidden@example.com/a",
        "ssh://user:hidden@example.com/a",
        "relative/path",
        "../up",
        "https://example.com/" + "a" * 3000,
    ],
)
def test_address_that_could_mean_more_is_refused(text: str) -> None:
    found = read_remote(text, None, ALL)

    assert isinstance(found, Finding)
    assert found.code.id == "LW2101"
    assert "hidden" not in str(found)
    assert found.message.isprintable()


@pytest.mark.parametrize("text", ["http://example.com/a", "file:///srv/a", "/srv/a"])
def test_way_that_nobody_allowed_is_refused(text: str) -> None:
    assert isinstance(read_remote(text), Finding)
    assert isinstance(read_remote(text, None, ALL), Remote)


def test_secret_is_sent_only_where_nobody_reads_along() -> None:
    urls = ["https://a/b", "http://localhost/b", "http://127.0.0.1:3000/b", "http://a/b"]
    found = [read_remote(url, None, ALL) for url in urls]

    assert [one.is_private for one in found if isinstance(one, Remote)] == [True] * 3 + [False]


@pytest.mark.parametrize(
    ("text", "revision"),
    [
        ("", GitRevision("HEAD")),
        ("HEAD", GitRevision("HEAD")),
        ("main", GitRevision("main")),
        ("feature/a-b_c", GitRevision("feature/a-b_c")),
        ("v1.2.3", GitRevision("v1.2.3")),
        ("refs/heads/main", GitRevision("refs/heads/main")),
        ("a" * 40, GitRevision("a" * 40, "a" * 40)),
    ],
)
def test_revision_is_a_name_or_a_whole_id(text: str, revision: GitRevision) -> None:
    assert read_revision(text) == revision


@pytest.mark.parametrize(
    "text",
    [
        *("-main", "--upload-pack=x", "a..b", "a b", "a\x1bb", "a~1", "a^", "a:b", "a?b", "a[b"),
        *("a\\b", ".a", "a/.b", "a.lock", "a/", "/a", "a//b", "@", "a@{1}", "ä", "a" * 300),
        *("1.2.*", ">=1.2", "1.x", "abc1234", "main\n"),
    ],
)
def test_revision_that_git_takes_otherwise_is_refused(text: str) -> None:
    found = read_revision(text)

    assert isinstance(found, Finding)
    assert found.code.id == "LW2102"


@pytest.mark.parametrize(
    "text", ["/etc", "..", "a/../..", "a/..", "C:\\a", "a\\b", "a/.git/b", "\n"]
)
def test_path_out_of_the_repository_is_refused(text: str) -> None:
    assert isinstance(read_path(text), Finding)


@pytest.mark.parametrize(
    ("pattern", "matched", "others"),
    [
        ("*.yaml", ["a.yaml", "b/a.yaml", ".yaml"], ["a.yml", "a.yaml.bak"]),
        ("{*.yml,*.yaml}", ["a.yml", "b/a.yaml"], ["a.json"]),
        ("{a,b{c,d}}/*", ["a/x", "bc/x/y", "bd/x"], ["b/x", "c/x"]),
        ("?.yaml", ["a.yaml", "/.yaml"], ["ab.yaml"]),
        ("[a-c].yaml", ["b.yaml"], ["d.yaml", "-.yaml"]),
        ("[!a-c].yaml", ["d.yaml"], ["a.yaml"]),
        ("[ab^].yaml", ["^.yaml"], ["c.yaml"]),
        ("a\\*.yaml", ["a*.yaml"], ["ab.yaml"]),
        ("a.b", ["a.b"], ["axb"]),
        ("**/x", ["a/x", "a/b/x"], ["x"]),
    ],
)
def test_pattern_matches_as_in_argo_cd(pattern: str, matched: list[str], others: list[str]) -> None:
    selection = Selection(include=pattern, any_ending=True)

    assert [one for one in [*matched, *others] if selection.takes(one)] == matched


@pytest.mark.parametrize("pattern", ["{a", "[a", "a\\", "[]", "{" * 20 + "}" * 20, "a" * 2000])
def test_what_is_no_pattern_is_said(pattern: str) -> None:
    assert globbed(pattern) is None
    assert check_pattern(pattern) is not None


def test_exclude_wins_and_only_manifests_are_taken() -> None:
    selection = Selection(include="*", exclude="{drafts/*,*.json}")
    paths = ["a.yaml", "b.yml", "c.json", "d.txt", "e.jsonnet", "drafts/f.yaml"]

    assert [path for path in paths if selection.takes(path)] == ["a.yaml", "b.yml"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("git@example.com:a/b.git", "https://example.com/a/b", True),
        ("https://Example.com/A/b.git", "https://example.com/a/b/", True),
        ("https://example.com/a/b", "https://example.com/a/c", False),
        ("https://example.com/a/b", "https://example.com/b", False),
    ],
)
def test_same_repository_by_another_url(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - a column of the table
    first, second = (read_remote(text, None, ALL) for text in (one, other))

    assert isinstance(first, Remote)
    assert isinstance(second, Remote)
    assert first.is_alike(second) is same
