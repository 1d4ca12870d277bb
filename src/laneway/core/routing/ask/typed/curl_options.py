"""The options of curl by what they do to a request: those that change it, and those that do not.

Only tables. An option that stands in none of them is not guessed at. Long names are looked for
without their dashes, short ones by their letter.
https://curl.se/docs/manpage.html
"""

from __future__ import annotations

CHANGING = frozenset(
    {
        *("request", "header", "url", "url-query", "user-agent", "referer", "cookie", "user"),
        *("range", "oauth2-bearer", "data", "data-ascii", "data-binary", "data-raw"),
        *("data-urlencode", "json", "form", "form-string", "upload-file", "config"),
    }
)
"""Those with a value that is part of the request."""

TURNING = frozenset({"get", "head", "globoff", "path-as-is"})
"""Those without a value that change it."""

IDLE = frozenset(
    {
        *(
            "silent",
            "show-error",
            "insecure",
            "include",
            "verbose",
            "location",
            "fail",
            "no-buffer",
        ),
        *("fail-with-body", "remote-name", "remote-header-name", "remote-time", "junk-session"),
        *(
            "compressed",
            "http1.0",
            "http1.1",
            "http2",
            "http2-prior-knowledge",
            "http3",
            "http3-only",
        ),
        *("ipv4", "ipv6", "tlsv1", "tlsv1.0", "tlsv1.1", "tlsv1.2", "tlsv1.3", "sslv2", "sslv3"),
        *("progress-bar", "no-progress-meter", "no-keepalive", "tcp-nodelay", "tcp-fastopen"),
        *("location-trusted", "anyauth", "basic", "raw", "tr-encoding", "create-dirs", "ssl-reqd"),
        *("styled-output", "no-styled-output", "parallel", "parallel-immediate", "next-free"),
        *("no-sessionid", "no-alpn", "no-npn", "fail-early", "http0.9", "retry-connrefused"),
        *("retry-all-errors", "disable", "test-event", "trace-time", "trace-ids", "no-clobber"),
    }
)
"""Those without a value that say nothing of the request: how it is shown, sent or secured."""

IDLE_WITH_VALUE = frozenset(
    {
        *("output", "max-time", "connect-timeout", "write-out", "resolve", "connect-to", "proxy"),
        *(
            "cacert",
            "capath",
            "cert",
            "cert-type",
            "key",
            "key-type",
            "pass",
            "retry",
            "retry-delay",
        ),
        *("retry-max-time", "limit-rate", "cookie-jar", "dump-header", "interface", "noproxy"),
        *("proxy-user", "proxy-header", "ciphers", "tls13-ciphers", "tls-max", "trace"),
        *("trace-ascii", "stderr", "dns-servers", "doh-url", "unix-socket", "speed-time"),
        *("speed-limit", "rate", "max-redirs", "max-filesize", "keepalive-time", "local-port"),
        *("output-dir", "parallel-max", "pinnedpubkey", "netrc-file", "engine", "happy-eyeballs"),
        *("expect100-timeout", "curves", "haproxy-clientip", "socks5", "socks5-hostname"),
    }
)
"""Those with a value that say nothing of the request; where it is sent is nobody's choice here."""

SHORT = {
    "X": "request",
    "H": "header",
    "A": "user-agent",
    "e": "referer",
    "b": "cookie",
    "u": "user",
    "r": "range",
    "d": "data",
    "F": "form",
    "T": "upload-file",
    "K": "config",
    "G": "get",
    "I": "head",
    "g": "globoff",
    "s": "silent",
    "S": "show-error",
    "k": "insecure",
    "i": "include",
    "v": "verbose",
    "L": "location",
    "f": "fail",
    "N": "no-buffer",
    "O": "remote-name",
    "J": "remote-header-name",
    "R": "remote-time",
    "j": "junk-session",
    "0": "http1.0",
    "4": "ipv4",
    "6": "ipv6",
    "1": "tlsv1",
    "2": "sslv2",
    "3": "sslv3",
    "#": "progress-bar",
    "Z": "parallel",
    "q": "disable",
    "o": "output",
    "m": "max-time",
    "w": "write-out",
    "x": "proxy",
    "E": "cert",
    "c": "cookie-jar",
    "D": "dump-header",
    "U": "proxy-user",
    "y": "speed-time",
    "Y": "speed-limit",
}
"""What each letter stands for."""
