"""Webhooks in the documented form of each code host: who is believed, and what causes a fetch."""

from __future__ import annotations

import json
import subprocess
from urllib.parse import urlencode

import pytest

from laneway.core.git.webhook import WebhookAnswer, answered, is_signed
from tests.gitstore.remotes import remote, revision

SECRET = "It's a Secret to Everybody"  # noqa: S105 - of GitHub's own page
BODY = b"Hello, World!"
DIGEST = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
"""Of GitHub's own page: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries"""

SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STANDARD = [
    ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
    ("webhook-timestamp", "1614265330"),
    ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
]
STANDARD_BODY = b'{"test": 2432232314}'
"""Of the libraries of Standard Webhooks, whose form GitLab's signing token has."""

FOLLOWS = [(remote("https://example.com/team/lanes.git"), revision("main"))]

GITHUB = {
    "ref": "refs/heads/main",
    "repository": {
        "full_name": "team/lanes",
        "clone_url": "https://github.com/team/lanes.git",
        "ssh_url": "git@github.com:team/lanes.git",
        "default_branch": "main",
    },
}
GITLAB = {
    "object_kind": "push",
    "ref": "refs/heads/main",
    "project": {
        "path_with_namespace": "team/lanes",
        "git_http_url": "https://gitlab.example.com/team/lanes.git",
        "git_ssh_url": "git@gitlab.example.com:team/lanes.git",
        "default_branch": "main",
    },
}


def by_openssl(body: bytes, secret: str) -> str:
    """Return what somebody else computes."""
    words = ["openssl", "dgst", "-sha256", "-hmac", secret, "-r"]
    return subprocess.run(words, input=body, capture_output=True, check=True).stdout[:64].decode()


def sent(
    payload: object, event: tuple[str, str] = ("x-github-event", "push"), secret: str = SECRET
) -> WebhookAnswer:
    body = json.dumps(payload).encode()
    headers = [event, ("x-hub-signature-256", f"sha256={by_openssl(body, secret)}")]
    return answered(headers, body, SECRET, FOLLOWS)


@pytest.mark.parametrize(
    ("headers", "body", "secret"),
    [
        ([("x-hub-signature-256", f"sha256={DIGEST}")], BODY, SECRET),
        ([("x-gitea-signature", DIGEST)], BODY, SECRET),
        ([("x-forgejo-signature", DIGEST)], BODY, SECRET),
        ([("x-gitlab-token", "word")], BODY, "word"),
        (STANDARD, STANDARD_BODY, SIGNING),
    ],
)
def test_sender_who_knows_the_secret_is_believed(
    headers: list[tuple[str, str]], body: bytes, secret: str
) -> None:
    assert is_signed(headers, body, secret)
    assert not is_signed(headers, body, "another")
    assert not is_signed([*headers, headers[-1]], body, secret)
    assert not is_signed([(name, value[:-1]) for name, value in headers], body, secret)
    if "token" not in headers[0][0]:
        assert not is_signed(headers, body + b" ", secret)


@pytest.mark.parametrize("left_out", [0, 1, 2])
def test_signature_of_gitlab_needs_its_id_and_time(left_out: int) -> None:
    assert not is_signed(STANDARD[:left_out] + STANDARD[left_out + 1 :], STANDARD_BODY, SIGNING)


def test_one_of_several_standard_signatures_is_enough() -> None:
    several = [*STANDARD[:2], ("webhook-signature", f"v1,AAAA {STANDARD[2][1]}")]

    assert is_signed(several, STANDARD_BODY, SIGNING)


def test_wrong_signature_is_not_made_good_by_a_token() -> None:
    headers = [("x-hub-signature-256", "sha256=" + "0" * 64), ("x-gitlab-token", SECRET)]

    assert not is_signed(headers, BODY, SECRET)


@pytest.mark.parametrize(
    "headers", [[], [("x-hub-signature", "sha1=00")], [("x-gitlab-token", "")]]
)
def test_sender_who_proves_nothing_is_not_believed(headers: list[tuple[str, str]]) -> None:
    answer = answered([("x-github-event", "push"), *headers], BODY, SECRET, FOLLOWS)

    assert (answer.status, answer.is_due) == (401, False)


def test_openssl_and_the_documented_digest_agree() -> None:
    assert by_openssl(BODY, SECRET) == DIGEST


def test_push_to_what_is_followed_causes_a_fetch() -> None:
    assert sent(GITHUB).is_due
    assert sent(GITHUB, ("x-gitea-event", "push")).is_due
    assert sent(GITLAB, ("x-gitlab-event", "Push Hook")).is_due
    assert not sent(GITHUB, secret="other").is_due  # noqa: S106 - of nobody


def test_push_of_gitlab_is_believed_by_its_token() -> None:
    body = json.dumps(GITLAB).encode()
    headers = [("x-gitlab-event", "Push Hook"), ("x-gitlab-token", SECRET)]

    assert answered(headers, body, SECRET, FOLLOWS).status == 202


def test_push_as_a_form_is_read_as_well() -> None:
    body = urlencode({"payload": json.dumps(GITHUB)}).encode()
    headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-github-event", "push"),
        ("x-hub-signature-256", f"sha256={by_openssl(body, SECRET)}"),
    ]

    assert answered(headers, body, SECRET, FOLLOWS).is_due


@pytest.mark.parametrize(
    ("payload", "event"),
    [
        (GITHUB, ("x-github-event", "ping")),
        (GITHUB, ("x-github-event", "issues")),
        (GITHUB, ("x-other-event", "push")),
        ({**GITHUB, "ref": "refs/heads/other"}, ("x-github-event", "push")),
        ({**GITHUB, "ref": "refs/tags/v1"}, ("x-github-event", "push")),
        ({**GITHUB, "ref": 7}, ("x-github-event", "push")),
        ({**GITHUB, "repository": None}, ("x-github-event", "push")),
        ({**GITHUB, "repository": {"clone_url": "ext::date"}}, ("x-github-event", "push")),
        ({"ref": "refs/heads/main"}, ("x-github-event", "push")),
        (
            {**GITHUB, "repository": {"clone_url": "https://github.com/team/other.git"}},
            ("x-github-event", "push"),
        ),
    ],
)
def test_what_concerns_nobody_causes_nothing(payload: object, event: tuple[str, str]) -> None:
    answer = sent(payload, event)

    assert (answer.status, answer.is_due) == (200, False)


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"null", b"[" * 100_000, b"\xff"])
def test_body_that_is_no_object_is_refused(body: bytes) -> None:
    assert answered([("x-github-event", "push")], body, "", FOLLOWS).status == 400


@pytest.mark.parametrize(
    ("text", "ref", "due"),
    [
        ("", "refs/heads/main", True),
        ("", "refs/heads/other", False),
        ("v1", "refs/tags/v1", True),
        ("refs/heads/main", "refs/heads/main", True),
        ("a" * 40, "refs/heads/main", False),
    ],
)
def test_only_the_revision_that_is_followed_counts(text: str, ref: str, due: bool) -> None:  # noqa: FBT001 - a column of the table
    body = json.dumps({**GITHUB, "ref": ref}).encode()
    follows = [(FOLLOWS[0][0], revision(text))]

    assert answered([("x-github-event", "push")], body, "", follows).is_due is due
