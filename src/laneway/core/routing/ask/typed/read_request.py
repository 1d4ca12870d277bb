"""A text that somebody typed or pasted -> a request, or findings at what is not understood.

Comes in: a curl command with whatever stands around it in a shell (a prompt, a loop), `METHOD
target` with headers, a URL or a path. Goes out: the request, its body, and the port that it dials.
Which gateway that is, only whoever knows addresses can say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from msgspec import Struct

from laneway.core.findings.codes.asking import NO_REQUEST, UNKNOWN_VALUE
from laneway.core.findings.finding import Finding
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.typed.curl import CurlCommand, basic, read_command
from laneway.core.routing.ask.typed.notes import TypedText
from laneway.core.routing.ask.typed.plain import in_short, read_plain
from laneway.core.routing.ask.typed.shell_words import Word, shell_words
from laneway.core.routing.ask.typed.target import TypedTarget

LONGEST = 100_000
"""Characters above which a text is no request that anybody types."""
_CURL = re.compile(r"(?:^|[\s;&|(])(?:\S*/)?curl(?:\.exe)?(?=\s|$)")


class TypedRequest(Struct, frozen=True):
    """What was read. `request` is None where something was not understood.

    `body` is None where there is one that is not known, as from a file. `port` is what the text
    dials, which is the gateway's own port or another one that leads to it.
    """

    request: Request | None
    body: str | None = ""
    port: int | None = None
    findings: tuple[Finding, ...] = ()


def read_request(text: str) -> TypedRequest:
    """Read a typed request.

    >>> read_request("curl -H 'x-asm-prefer-tag: s1' http://${ASM_GATEWAY_IP}/mock").request.headers
    (('x-asm-prefer-tag', 's1'),)
    >>> read_request("POST /cart").request.method
    'POST'
    """
    notes = TypedText(text[:LONGEST])
    command = _read(notes)
    target = command.target
    if target is None or not notes.is_clean or len(text) > LONGEST:
        if notes.is_clean:
            notes.report(NO_REQUEST, 0, text=in_short(text))
        return TypedRequest(None, findings=tuple(notes.found))
    return _made(command, target)


def looks_typed(text: str) -> bool:
    """Whether a text is meant as a request and not as the name of a file.

    >>> looks_typed("curl /mock"), looks_typed("GET /mock"), looks_typed("lanes/")
    (True, True, False)
    """
    begin = text.lstrip()
    is_url = begin.startswith(("http://", "https://"))
    return is_url or bool(_CURL.search(text)) or bool(re.match(r"[A-Z]+\s+\S", begin))


def _read(notes: TypedText) -> CurlCommand:
    if _CURL.search(notes.text):
        words = shell_words(_without_prompt(notes.text), notes)
        begin = next((at for at, one in enumerate(words) if _is_curl(one)), None)
        if begin is not None:
            return read_command(list(_of_one(words[begin + 1 :])), notes, words[begin].at)
    return read_plain(notes)


def _is_curl(word: Word) -> bool:
    return word.text.rpartition("/")[2] in ("curl", "curl.exe")


def _without_prompt(text: str) -> str:
    """Cover a prompt of root, which would be a comment; places stay what they are."""
    return re.sub(r"^(\s*)#(?=\s)", r"\1 ", text)


def _of_one(words: Sequence[Word]) -> Iterator[Word]:
    """Yield the words of the first command: a shell ends it at an operator."""
    for word, after in zip_longest(words, words[1:]):
        if word.is_operator:
            return
        is_number = word.text.isdigit() and after is not None and after.is_operator
        if not (
            is_number and after and after.text in "<>" and after.at == word.at + len(word.text)
        ):
            yield word


def _made(command: CurlCommand, target: TypedTarget) -> TypedRequest:
    """Put together what was read."""
    is_query = "get" in command.turned
    query = command.query + (command.data if is_query else [])
    if is_query and not command.is_body_known:
        command.notes.report(UNKNOWN_VALUE, 0, what="the query", whom="a file or a shell")
        return TypedRequest(None, findings=tuple(command.notes.found))
    if target.user:
        command.implied.setdefault("authorization", basic(target.user))
    given = {name.lower() for name, _ in command.headers} | command.dropped
    if is_query:
        given.add("content-type")
    implied = [(name, value) for name, value in command.implied.items() if name not in given]
    request = Request(
        target.host if command.host is None else command.host,
        _with_query(target.path, query),
        command.method or _method(command, is_query=is_query),
        target.scheme,
        (*command.headers, *implied),
    )
    body = "" if is_query else "&".join(command.data)
    return TypedRequest(request, body if command.is_body_known else None, target.port)


def _with_query(path: str, query: Sequence[str]) -> str:
    return path + ("&" if "?" in path else "?") + "&".join(query) if query else path


def _method(command: CurlCommand, *, is_query: bool) -> str:
    if "head" in command.turned:
        return "HEAD"
    return "POST" if command.is_sending and not is_query else "GET"
