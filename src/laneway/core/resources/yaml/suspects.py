"""Tells which documents the fast parser reads as kubectl does.

Comes in: the bytes of a document. Goes out: yes or no. The fast parser follows YAML 1.2 and drops
or keeps what kubectl, which follows YAML 1.1, refuses or gives a meaning: merge keys, aliases,
tags, `012`, `yes`, `1_000`, keys that are numbers, control characters. A document that might hold
any of these goes the exact way, which is ten times slower; a false alarm costs only time. Apart,
so that the list can be held against both parsers.
https://github.com/kubernetes-sigs/yaml
"""

from __future__ import annotations

import re2

_BEFORE = r"(?:^ *|[:?\-] +|[\[{,] *)"
_AFTER = r" *(?:$|#|,|\]|\}|:)"
_WORDS = "y|Y|n|N|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF"
_KEY_WORDS = "true|True|TRUE|false|False|FALSE|null|Null|NULL|~"
_NUMBERS = (
    r"[-+]?0[0-9a-zA-Z_]",  # octal, hexadecimal, binary, and numbers that are none
    r"[-+.]*[0-9_]*_",  # 1_000
    r"[-+]?[0-9]{18}",  # beyond 64 bits
    r"[-+]?[0-9.]+[eE][-+]?[0-9]{3}",  # beyond a float
    r"[-+]?\.",  # .5, .inf, .nan
)
_BYTES = (
    r"\t",
    r"[\x00-\x08\x0b-\x1f\x7f]",
    r"\xc2[\x80-\x9f]",  # further control characters, and NEL
    r"\xe2\x80[\xa8\xa9]",  # line and paragraph separators, which YAML 1.1 takes for line breaks
    r"\xef\xbb\xbf",  # a byte order mark inside
    r"\xef\xbf[\xbe\xbf]",  # no characters
)
_SUSPECT = "|".join(
    (
        f"{_BEFORE}(?:"
        + "|".join(
            (
                r"[&*!%@`]",  # anchors, aliases, tags, directives, what is reserved
                r"\?(?: |$)",  # keys that may be anything
                r":",  # a key that is nothing, or text that kubectl takes for one
                r"[|>][-+0-9]*(?:[^-+0-9 #\n]| +[^ #\n])",  # a block that is none
                f"(?:{_WORDS}){_AFTER}",
                rf"(?:{_KEY_WORDS}) *[:,}}]",
                r"[-+.]?[0-9][^,{}\[\]:\n]*[,}]",  # a number as a key without a value
                r"[-+]?[0-9][^\n\"'{}\[\],]*:(?: |$)",  # a number as a key
                *_NUMBERS,
            )
        )
        + ")",
        r"<<",
        r"[\[{][^\n]*\?",  # kubectl takes a question mark inside brackets for a key
        r"[^\"']:[,\[\]{}]",  # and reads such a colon as text
        r"[\]}] *:(?: |$)",  # a list or mapping as a key
        *_BYTES,
        r"(?:- ){5}",  # nested deeper than the fast parser's stack may bear
        r"\n {200}",
    )
)


def _options() -> re2.Options:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    return options


_PATTERN = re2.compile(f"(?m){_SUSPECT}".encode("latin-1"), _options())
_QUOTED = re2.compile(rb"(?m): '[ -&(-~]*'$", _options())
"""A value in single quotes, whole on its line and without a quote inside: text to both parsers."""


def is_suspect(raw: bytes) -> bool:
    """Whether the fast parser might read the document otherwise than kubectl.

    What stands in quotes on one line is not looked at, since regular expressions and header values
    are full of such signs. It is only taken out where it would raise an alarm.

    >>> is_suspect(b"version: v1"), is_suspect(b"version: 012"), is_suspect(b"online: yes")
    (False, True, True)
    >>> is_suspect(b"regex: '[ab], *yes?'")
    False
    """
    if _PATTERN.search(raw) is None:
        return False
    return _PATTERN.search(_QUOTED.sub(b": ''", raw)) is not None
