"""The way to an API server: its address, how it is known, and as whom it is asked.

Comes in: kubeconfig files, or a pod's service account. Goes out: an `Access`. Certificates are read
again when their files change, tokens at each question. What is wrong is a `NoAccess` whose words
say which file, and what to write.
"""

from __future__ import annotations

import os
import ssl
import tempfile
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from laneway.adapters.kube.credentials import (
    Constant,
    Credentials,
    Presented,
    TokenFile,
    credentials_of,
)
from laneway.adapters.kube.errors import NoAccess
from laneway.adapters.kube.kubeconfig import KubeCluster, KubeUser, configured, context_names
from laneway.adapters.kube.proxies import proxy_for

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a pod finds its own token, namespace and the server's authority."""


class Access:
    """Where an API server is, how it is known to be the right one, and who asks."""

    def __init__(
        self,
        cluster: KubeCluster,
        user: KubeUser,
        credentials: Credentials,
        *,
        namespace: str = "default",
        origin: str = "",
    ) -> None:
        self.cluster = cluster
        self.credentials = credentials
        self.namespace = namespace
        """The namespace that is meant where none is said."""
        self.origin = origin
        """Where all this is from, for words."""
        self._user = user
        self._secured: tuple[object, ssl.SSLContext] | None = None
        try:
            parts = urlsplit(cluster.server if "//" in cluster.server else f"//{cluster.server}")
            port = parts.port
        except ValueError as error:
            raise NoAccess(f"{origin}: server {cluster.server!r} is no address: {error}") from error
        if parts.scheme not in {"", "http", "https"} or not parts.hostname:
            raise NoAccess(f"{origin}: server {cluster.server!r} is no https://HOST:PORT")
        self.is_plain = parts.scheme == "http"
        """Whether nothing is encrypted, as through `kubectl proxy`."""
        self.host = parts.hostname
        self.port = port or (80 if self.is_plain else 443)
        self.prefix = parts.path.rstrip("/")
        self.proxy = cluster.proxy_url
        """The http:// proxy that leads there; "" for none."""

    @property
    def authority(self) -> str:
        """The host and port as requests name them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def headers(self) -> list[tuple[str, str]]:
        """Return for whom the user asks, if not for themselves."""
        if not self._user.impersonate:
            return []
        groups = [("impersonate-group", group) for group in self._user.impersonate_groups]
        return [("impersonate-user", self._user.impersonate), *groups]

    def secured(self, presented: Presented) -> ssl.SSLContext | None:
        """Return how connections are encrypted, or None for not at all. Raises NoAccess."""
        if self.is_plain:
            return None
        files = (
            self.cluster.certificate_authority,
            self._user.client_certificate,
            self._user.client_key,
        )
        try:
            now = (presented.certificate, *(_age(file) for file in files if file))
            if self._secured is None or self._secured[0] != now:
                self._secured = now, self._made(presented)
        except (OSError, ValueError) as error:
            raise NoAccess(f"{self.origin}: its certificates do not read ({error})") from error
        return self._secured[1]

    def _made(self, presented: Presented) -> ssl.SSLContext:
        cluster, user = self.cluster, self._user
        authority = b64decode(cluster.certificate_authority_data).decode()
        made = ssl.create_default_context(
            cafile=cluster.certificate_authority or None if not authority else None,
            cadata=authority or None,
        )
        # as kubectl has it: a server's own certificate may do, and extensions may be missing
        made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        made.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if cluster.insecure_skip_tls_verify:
            made.check_hostname = False
            made.verify_mode = ssl.CERT_NONE
        if presented.certificate:
            _load(made, presented.certificate, presented.key)
        elif user.client_certificate_data or user.client_key_data:
            certificate = b64decode(user.client_certificate_data).decode()
            key = b64decode(user.client_key_data).decode()
            _load(
                made,
                certificate or Path(user.client_certificate).read_text(),
                key or Path(user.client_key).read_text(),
            )
        elif user.client_certificate:
            made.load_cert_chain(user.client_certificate, user.client_key or None)
        return made


def access(
    kubeconfig: str | None = None,
    context: str | None = None,
    *,
    environ: Mapping[str, str] = os.environ,
    account: Path = SERVICE_ACCOUNT,
) -> Access:
    """Return the way in: a file that is named, $KUBECONFIG, the pod's own, or ~/.kube/config.

    Raises NoAccess.
    """
    found = _found(kubeconfig, context, environ, account)
    found.proxy = found.proxy or proxy_for(found.host, environ, is_plain=found.is_plain)
    return found


def _found(
    kubeconfig: str | None, context: str | None, environ: Mapping[str, str], account: Path
) -> Access:
    files = _named(kubeconfig, environ)
    if not files and context is None and environ.get("KUBERNETES_SERVICE_HOST"):
        return _in_cluster(environ, account)
    if not files:
        files = [_at_home(environ)]
        if not files[0].exists():
            raise NoAccess(
                f"there is no kubeconfig: neither --kubeconfig nor KUBECONFIG names one, "
                f"{files[0]} does not exist, and this is no pod"
            )
    found = configured(files, context)
    origin = f"context {found.context!r} of {found.origin}"
    credentials = credentials_of(found.user, found.cluster, origin)
    return Access(found.cluster, found.user, credentials, namespace=found.namespace, origin=origin)


def contexts(
    kubeconfig: str | None = None, *, environ: Mapping[str, str] = os.environ
) -> tuple[str, ...]:
    """Return the contexts that there are to choose from. Raises NoAccess."""
    files = _named(kubeconfig, environ) or [_at_home(environ)]
    return context_names([one for one in files if one.exists()])


def _at_home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME", "~")).expanduser() / ".kube" / "config"


def _named(kubeconfig: str | None, environ: Mapping[str, str]) -> list[Path]:
    """Return the files to read. One that is named has to be there; of a list, any of them."""
    if kubeconfig:
        return [Path(kubeconfig).expanduser().absolute()]
    named = [Path(one).absolute() for one in environ.get("KUBECONFIG", "").split(os.pathsep) if one]
    there = [one for one in named if one.exists()]
    if named and not there:
        raise NoAccess(f"KUBECONFIG names {', '.join(map(str, named))}, and no such file exists")
    return there


def _in_cluster(environ: Mapping[str, str], account: Path) -> Access:
    token = account / "token"
    if not token.exists():
        raise NoAccess(
            f"this is a pod without a token ({token} is not there); "
            "give its service account one: automountServiceAccountToken: true"
        )
    space = account / "namespace"
    namespace = space.read_text().strip() if space.exists() else "default"
    origin = f"the service account in {account}"
    cluster = _own_cluster(environ, account)
    return Access(cluster, KubeUser(), TokenFile(token), namespace=namespace, origin=origin)


def without_credentials(server: str) -> Access:
    """Return the way to a server that asks nobody who they are, such as `kubectl proxy`."""
    return Access(KubeCluster(server=server), KubeUser(), Constant(Presented()), origin=server)


def without_user(
    kubeconfig: str | None = None,
    context: str | None = None,
    *,
    environ: Mapping[str, str] = os.environ,
    account: Path = SERVICE_ACCOUNT,
) -> Access:
    """Return the way to a server, for nobody: in a pod no token is needed, ca.crt alone.

    Raises NoAccess.
    """
    is_pod = not _named(kubeconfig, environ) and context is None
    if is_pod and environ.get("KUBERNETES_SERVICE_HOST"):
        cluster = _own_cluster(environ, account)
        return Access(cluster, KubeUser(), Constant(Presented()), origin=f"the pod's {account}")
    return _as(access(kubeconfig, context, environ=environ), Presented())


def as_bearer(way: Access, authorization: str) -> Access:
    """Return the way to the same server for whoever sends this `Authorization`, and no other."""
    return _as(way, Presented(authorization))


def _as(way: Access, presented: Presented) -> Access:
    found = Access(
        way.cluster,
        KubeUser(),
        Constant(presented),
        namespace=way.namespace,
        origin="whoever asks",
    )
    found.proxy = way.proxy
    return found


def _own_cluster(environ: Mapping[str, str], account: Path) -> KubeCluster:
    """Return the cluster of the pod that this is."""
    host, port = environ["KUBERNETES_SERVICE_HOST"], environ.get("KUBERNETES_SERVICE_PORT", "443")
    server = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    return KubeCluster(server=server, certificate_authority=str(account / "ca.crt"))


def _age(file: str) -> tuple[int, int]:
    found = Path(file).stat()
    return found.st_mtime_ns, found.st_ino


def _load(into: ssl.SSLContext, certificate: str, key: str) -> None:
    """Load what OpenSSL takes from a file alone; the file is only the owner's, and gone at once."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(f"{certificate}\n{key}\n")
        file.flush()
        into.load_cert_chain(file.name)
