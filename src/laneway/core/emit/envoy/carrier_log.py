"""The log of carriers: what programs send on, line by line, as their proxies get it.

Comes in: a listener at which a program calls. Goes out: the same with a second access log, which
writes when a request comes in, before any filter or route has edited it. It is off until a switch
of Envoy's runtime is turned on, so that it is there for those who ask and costs others a look at
the switch. Envoy prints the first line of a header by `%REQ(...)%` and all of them, joined by
commas, in CEL: together they tell that there is more than one.
https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from laneway.core.emit.envoy.config import Block

CARRIERS_FILE = "carriers.jsonl"
SWITCH = "laneway.carriers"
"""The key of the runtime that turns the log on, in percent of requests."""

_LISTED = re.compile(r"[a-z0-9_.-]+")
_ENTERING = ["DownstreamStart"]
_WRITES = "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog"


def telling(listener: Block, caller: str, headers: Iterable[str]) -> Block:
    """Return a caller's listener, just made, that can tell of some headers; without any as it is.

    Names with characters that mean something to Envoy's formats are left out.
    """
    names = sorted(name for name in {*headers} if _LISTED.fullmatch(name))
    handlers = (one for chain in listener["filter_chains"] for one in chain["filters"])
    for settings in (one["typed_config"] for one in handlers):
        if names and "access_log" in settings:
            for log in settings["access_log"]:
                log["filter"] = {"log_type_filter": {"types": _ENTERING, "exclude": True}}
            settings["access_log"] = [*settings["access_log"], _log(caller, names)]
            settings["access_log_options"] = {"flush_access_log_on_new_request": True}
    return listener


def _log(caller: str, names: Iterable[str]) -> Block:
    # all or none are wanted, so nobody need look at the request's id to be fair
    switch = {"runtime_key": SWITCH, "percent_sampled": {"numerator": 0}}
    is_on = {"runtime_filter": switch | {"use_independent_randomness": True}}
    entering = {"log_type_filter": {"types": _ENTERING}}
    told = {
        "at": "%START_TIME(%s.%6f)%",
        "caller": caller,
        "method": "%REQ(:METHOD)%",
        "host": "%REQ(:AUTHORITY)%",
        "first": {name: f"%REQ({name})%" for name in names},
        "whole": {name: f"%CEL(request.headers['{name}'])%" for name in names},
    }
    return {
        "name": "envoy.access_loggers.file",
        "filter": {"and_filter": {"filters": [entering, is_on]}},
        "typed_config": {
            "@type": _WRITES,
            "path": f"./{CARRIERS_FILE}",
            "log_format": {"json_format": told},
        },
    }
