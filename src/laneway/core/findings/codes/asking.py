"""LW23xx: a request that somebody typed or pasted, to ask where it goes.

Only texts, no decisions: whoever reads the request says where in it something is not understood.
"""

from __future__ import annotations

from laneway.core.findings.finding import error

NO_REQUEST = error(
    "LW2301",
    "`{text}` is no request",
    "A request has a path at least. Laneway does not guess where one is meant to go.",
    "Paste a curl command or a URL, or write `METHOD /path`, with headers as `-H 'NAME: VALUE'` or "
    "one on each line below.",
)

QUOTE_NOT_CLOSED = error(
    "LW2302",
    "the quote {quote} is not closed",
    "A shell would wait for the rest of the command, so it is not known where the value ends.",
    "Close the quote, or paste the whole command.",
)

UNKNOWN_OPTION = error(
    "LW2303",
    "{option} is no option of curl that is understood here",
    "It may change the request, and then another route would decide.",
    "Leave it out if it does not change the request; headers are given by -H, the method by -X.",
)

OPTION_WITHOUT_VALUE = error(
    "LW2304",
    "{option} has no value",
    "curl takes the next word as its value, and there is none.",
    "Write the value behind it, in quotes if it has blanks.",
)

BAD_HEADER = error(
    "LW2305",
    "`{text}` is no header",
    "A header is a name and a value with a colon between; a name has no blanks.",
    "Write it as `NAME: VALUE`.",
)

BAD_URL = error(
    "LW2306",
    "`{text}` is no URL that can be asked: {reason}",
    "Host and path of a request decide which route it takes.",
    "Write one URL, as http://HOST/PATH, or the path alone.",
)

UNKNOWN_VALUE = error(
    "LW2307",
    "{what} is filled in by {whom}, and what it is then is not known here",
    "A request with another value may take another route.",
    "Write the value itself. Only the host may be a variable: it stands for the gateway's address.",
)

BAD_METHOD = error(
    "LW2308",
    "`{text}` is no method of HTTP",
    "A method is one word, as GET or POST.",
    "Write GET, POST or another method, without blanks.",
)
