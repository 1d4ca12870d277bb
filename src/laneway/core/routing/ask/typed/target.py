"""What a typed URL or path asks for: host, path, and the port that is dialed.

Comes in: a word of the text. Goes out: its parts, or a finding at the word that is wrong. A host
that a shell would fill in stands for the address of the gateway, since that is what people put into
a variable: the request then names no host.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.findings.codes.asking import BAD_URL, UNKNOWN_VALUE
from laneway.core.routing.ask.typed.notes import TypedText
from laneway.core.routing.ask.typed.shell_words import HOLE, Word

DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"\[[0-9A-Fa-f:.]+\]|[\w.~*-]+", re.ASCII)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_BAD = re.compile(r"[\x00-\x20\x7f]")
_HIGHEST_PORT = 65535


class TypedTarget(Struct, frozen=True):
    """Where a request goes. `host` is the authority as curl writes it, `port` what it dials.

    `user` is what stands before an `@`.
    """

    scheme: str = "http"
    host: str = ""
    path: str = "/"
    port: int | None = None
    user: str = ""


def read_target(
    word: Word, notes: TypedText, *, globs: bool = True, as_is: bool = False, scheme: str = ""
) -> TypedTarget | None:
    """Read a URL, a path, or a host with a path. With `globs`, brackets stand for several URLs.

    `scheme` is the one that counts, whatever a URL says.
    """
    reason = _unfit(word.text, globs=globs)
    if reason:
        notes.report(BAD_URL, word.at, text=shown(word), reason=reason)
        return None
    named, authority, path = _parts(word.text)
    if HOLE in path:
        notes.report(UNKNOWN_VALUE, word.at, what=shown(word), whom="a shell")
        return None
    target = TypedTarget(scheme or named or "http", path=_path(path, as_is=as_is))
    if word.text.startswith("/"):
        return target
    return _at_host(word, notes, target, authority)


def shown(word: Word) -> str:
    """Return a word as it was typed, with the names of what a shell fills in."""
    holes = iter(word.holes)
    return "".join(next(holes, "") if char == HOLE else char for char in word.text)


def _unfit(text: str, *, globs: bool) -> str:
    """Return why a text cannot be a URL."""
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() not in DEFAULT_PORTS:
        return "gateways of lanes are asked by http or https"
    if _BAD.search(text):
        return "it has a blank"
    if globs and re.search(r"[{}]|\[[^\]:]*\]", text):
        return "curl makes several requests of one with brackets, unless -g says not to"
    return "" if text else "it is empty"


def _parts(text: str) -> tuple[str, str, str]:
    """Split a text into scheme, authority and the rest, without a fragment."""
    if text.startswith("/"):
        return "", "", text.partition("#")[0]
    found = _SCHEME.match(text)
    rest = text[found.end() :] if found else text
    end = min(at for char in "/?#" if (at := (rest + char).find(char)) >= 0)
    return found[1].lower() if found else "", rest[:end], rest[end:].partition("#")[0]


def _path(text: str, *, as_is: bool) -> str:
    """Return a path as curl sends it: never empty, and without `..` where nobody asks for it."""
    whole = text if text.startswith("/") else f"/{text}"
    path, mark, query = whole.partition("?")
    return (path if as_is else urljoin("http://host", path)[len("http://host") :]) + mark + query


def _at_host(
    word: Word, notes: TypedText, target: TypedTarget, authority: str
) -> TypedTarget | None:
    user, _, place = authority.rpartition("@")
    host, colon, number = place.rpartition(":") if not place.endswith("]") else (place, "", "")
    if not colon:
        host, number = place, ""
    if not host.replace(HOLE, "") and HOLE in host:
        host = ""  # a variable: the gateway's address
    elif HOLE in host or HOLE in user:
        notes.report(UNKNOWN_VALUE, word.at, what=shown(word), whom="a shell")
        return None
    elif not _HOST.fullmatch(host):
        notes.report(BAD_URL, word.at, text=shown(word), reason=_no_host(host))
        return None
    port = None if number == HOLE else _port(number) if colon else DEFAULT_PORTS[target.scheme]
    if port == 0:
        reason = f"{number.replace(HOLE, '…')} is no port"
        notes.report(BAD_URL, word.at, text=shown(word), reason=reason)
        return None
    named = host and port not in (None, DEFAULT_PORTS[target.scheme])
    authority = f"{host}:{port}" if named else host
    return replace(target, host=authority, port=port, user=user)


def _no_host(host: str) -> str:
    """Return why the letters in a host's place are none."""
    if not host:
        return "it has no host"
    if not host.isascii():
        return f"a host is sent in ASCII, {host} as the xn--… name that a browser shows of it"
    return f"{host} is no host"


def _port(text: str) -> int:
    """Return a port's number, 0 for what is none."""
    number = int(text) if text.isascii() and text.isdigit() else 0
    return number if number <= _HIGHEST_PORT else 0
