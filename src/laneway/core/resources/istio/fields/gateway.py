"""The fields of a Gateway.

https://istio.io/latest/docs/reference/config/networking/gateway/
"""

from __future__ import annotations

from laneway.core.resources.istio.fields.entry import (
    BOTH,
    Followed,
    Named,
    Without,
    below,
    expanded,
    table,
)

_MERGED = Followed("routing/plan/gateways.py")
_OTHER_ADDRESS = Named(
    "servers on several addresses of one port do not share their routes, and Laneway merges them",
    opens=BOTH,
    harmless=frozenset({"0.0.0.0"}),  # noqa: S104 - a value, nothing is bound
)
_LABEL = Without("a name for statistics and logs")
_TLS = Without("how a server speaks TLS; servers that do are named as such, whatever they say here")
_OLD = Without("Istio does not read it at a gateway")

SERVER_TLS = """
    credentialName credentialNames[] caCertCredentialName serverCertificate privateKey
    caCertificates caCrl insecureSkipVerify minProtocolVersion maxProtocolVersion cipherSuites[]
    subjectAltNames[] verifyCertificateSpki[] verifyCertificateHash[]
    tlsCertificates[].{serverCertificate,privateKey,caCertificates}
"""
"""How a server speaks TLS, at a gateway or in front of pods."""

GATEWAY = table(
    (_MERGED, "selector.* servers[].port.{number,protocol} servers[].tls.httpsRedirect"),
    (_MERGED, "servers[].hosts[]"),
    (_OTHER_ADDRESS, "servers[].bind"),
    (_LABEL, "servers[].name servers[].port.name"),
    (_OLD, "servers[].defaultEndpoint servers[].port.targetPort"),
    (_TLS, "servers[].tls.mode"),
) | below("servers[].tls", dict.fromkeys(expanded(SERVER_TLS), _TLS))
