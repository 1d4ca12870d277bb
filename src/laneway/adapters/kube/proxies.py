"""Which proxy leads to a server, by the variables that kubectl looks at too.

Comes in: a server's host, and the environment. Goes out: a proxy's address, or none. Apart from the
kubeconfig, whose own `proxy-url` goes before. What the variables mean is nobody's standard; this
is Go's reading. https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address, ip_network


def proxy_for(host: str, environ: Mapping[str, str], *, is_plain: bool = False) -> str:
    """Return the proxy that leads to a host; "" for none.

    >>> proxy_for("api.shop.test", {"HTTPS_PROXY": "gate:3128", "NO_PROXY": ".other.test"})
    'http://gate:3128'
    """
    name = "HTTP_PROXY" if is_plain else "HTTPS_PROXY"
    proxy = environ.get(name) or environ.get(name.lower()) or ""
    exempt = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    if not proxy or _is_here(host) or any(_covers(one.strip(), host) for one in exempt.split(",")):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def _is_here(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _covers(exempt: str, host: str) -> bool:
    """Whether an entry of NO_PROXY names a host: a name, its domain, an address, a network."""
    if exempt == "*":
        return True
    with suppress(ValueError):
        return ip_address(host) in ip_network(exempt, strict=False)
    exempt = exempt.removeprefix("*").lower()
    if not exempt:
        return False
    if exempt.startswith("."):
        return host.lower().endswith(exempt)
    return host.lower() == exempt or host.lower().endswith(f".{exempt}")
