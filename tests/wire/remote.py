"""A repository of Git itself with a work tree beside it, and an Application that follows it.

Comes in: a folder of manifests. Goes out: pushes by Git's own program, and webhooks as GitHub sends
them.
"""

import hashlib
import hmac
import http.client
import json
import os
import shutil
import socket
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Self

from tests.wire.laneway_up import RunningMesh

SECRET = "open sesame"  # noqa: S105 - of tests alone
APPLICATION = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: mock, namespace: argocd}}
spec:
  project: default
  source: {{repoURL: 'file://{url}', targetRevision: main, path: lanes}}
  destination: {{server: https://kubernetes.default.svc, namespace: {namespace}}}
  syncPolicy: {policy}
"""
AUTOMATED = "{automated: {prune: true, selfHeal: true}}"


class GitRemote:
    """A bare repository, a work tree, and the file of an Application."""

    def __init__(self, path: Path, manifests: Path) -> None:
        self.bare, self.work, self.app = path / "remote.git", path / "work", path / "app.yaml"
        self.lanes = self.work / "lanes"
        _git(path, "init", "--quiet", "--bare", "--initial-branch=main", str(self.bare))
        _git(path, "init", "--quiet", "--initial-branch=main", str(self.work))
        _git(self.work, "remote", "add", "origin", str(self.bare))
        shutil.copytree(manifests, self.lanes, ignore=shutil.ignore_patterns("*.md"))
        self.follow()
        self.push("v1 and v2 share")

    def follow(self, policy: str = AUTOMATED, namespace: str = "default") -> None:
        """Write the Application anew."""
        words = {"url": self.bare, "policy": policy, "namespace": namespace}
        self.app.write_text(APPLICATION.format(**words))

    def push(self, message: str) -> str:
        """Commit all that stands in the work tree, push it, and return the commit's id."""
        commit = self.commit(message)
        self.send()
        return commit

    def commit(self, message: str) -> str:
        """Commit all that stands in the work tree, and return the commit's id."""
        _git(self.work, "add", "--all")
        _git(self.work, "commit", "--quiet", "--message", message)
        return _git(self.work, "rev-parse", "HEAD")

    def send(self) -> None:
        """Push what is committed."""
        _git(self.work, "push", "--quiet", "origin", "main")

    def newest(self) -> str:
        """Return the newest commit's id."""
        return _git(self.work, "rev-parse", "HEAD")

    def take_back(self) -> None:
        """Have the branch be as it was before its newest commit, by force."""
        _git(self.work, "reset", "--quiet", "--hard", "HEAD~1")
        _git(self.work, "push", "--quiet", "--force", "origin", "main")

    def take_away(self) -> str:
        """Remove the branch from the remote, and return the commit it was at."""
        _git(self.bare, "update-ref", "-d", "refs/heads/main")
        return _git(self.work, "rev-parse", "HEAD")

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text in a file of manifests."""
        file = self.lanes / name
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    def tell(self, port: int, secret: str = SECRET) -> int:
        """Send a webhook about a push to main; return the status of its answer."""
        return tell_of_push(port, f"file://{self.bare}", secret)


def tell_of_push(port: int, url: str, secret: str = SECRET) -> int:
    """Tell `laneway sync` of a push to main, as GitHub does; return the status of its answer."""
    urls = {"clone_url": url, "default_branch": "main"}
    body = json.dumps({"ref": "refs/heads/main", "repository": urls}).encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "push",
        "X-Hub-Signature-256": f"sha256={digest}",
    }
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("POST", "/webhook", body, headers)
        return connection.getresponse().status


def _git(folder: Path, *words: str) -> str:
    names = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Ann"), ("EMAIL", "ann@example.com"))
    }
    environment = {**os.environ, **names, "GIT_CONFIG_GLOBAL": os.devnull}
    ended = subprocess.run(
        ["git", "-C", str(folder), *words],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return ended.stdout.strip()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Sync(RunningMesh):
    """A running `laneway sync` that is told of pushes by webhooks."""

    def __init__(self, remote: GitRemote, *arguments: str, poll: str = "3600") -> None:
        self.remote = remote
        self.hook = free_port()
        secret = remote.app.with_name("secret")
        secret.write_text(f"{SECRET}\n")
        words = ("--webhook", f"127.0.0.1:{self.hook}", "--webhook-secret-file", str(secret))
        super().__init__("sync", "--app", str(remote.app), *words, "--poll", poll, *arguments)

    def ready(self) -> Self:
        """Wait until the mesh is up and takes webhooks."""
        self.until("webhooks are taken")
        return self

    def follows(self, message: str) -> None:
        """Push what stands in the work tree, tell of it, and wait until it is live."""
        commit = self.remote.push(message)
        self.remote.tell(self.hook)
        self.until(f"commit {commit[:10]} ({message}) is live")
