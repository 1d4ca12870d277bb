"""Every name that others may rest on: of conditions, of reasons, of events, of metrics.

Only names and what they mean; `docs/on-your-cluster.md` lists them, and a test holds both together.
None is ever used for anything else.
"""

from __future__ import annotations

FIELD_MANAGER = "laneway"
"""Who we are to server-side apply."""

READY, RECONCILING, STALLED, LIVE = "Ready", "Reconciling", "Stalled", "Live"
EXPIRED = "Expired"

REASONS = {
    "Compiled": "nothing is wrong, and all objects are written",
    "Empty": "it routes nothing: there is no service or no lane",
    "Invalid": "errors of its own or of its services; what can be written is written",
    "Frozen": "errors that came anew, so its objects stay as they were",
    "Held": "no output would be safe, so its objects stay as they were",
    "FieldConflict": "somebody else has applied fields of an object of ours",
    "NameTaken": "an object of somebody else has the name of one of ours",
    "Forbidden": "the API server does not let us write an object",
    "Refused": "the API server calls an object invalid",
    "Failed": "a mistake of Laneway's own; the operator's log says where, and it is tried again",
    "Unavailable": "the API server does not answer, or not in time",
    "NotReached": "a service lies in a namespace that the operator may not touch",
    "ReadOnly": "another controller undoes what is written, so nothing is written any more",
    "ProxiesBehind": "proxies that use what is to be taken away have not taken the change",
    "Changing": "a change is under way",
    "Done": "no change is under way",
    "Nothing": "nothing stands in the way",
    "NoAccessToIstiod": "istiod cannot be asked, so nobody knows what proxies have",
    "InTime": "a lane that is meant to be there for a time is still needed",
    "EndsSoon": "three quarters of a lane's time are over",
    "TimeOver": "a lane is not needed any more, and goes on serving until somebody removes it",
}
"""Reasons of conditions, and of events, which are told when a condition changes."""

METRICS = {
    "laneway_lane_weight": "The share of a lane under the weighted strategy, as written.",
    "laneway_lane_pods": "Pods of a lane behind its services, ready ones.",
    "laneway_group_condition": "1 where a condition of a group is true, else 0.",
    "laneway_findings": "Findings in what was read, by level.",
    "laneway_drift_total": "Objects that were as wanted and were changed, by who changed them.",
    "laneway_writes_total": "Objects written and deleted.",
    "laneway_status_patches_total": "Status patches.",
    "laneway_events_total": "Events.",
    "laneway_leader": "1 while this process leads.",
    "laneway_reconcile_duration_seconds": "From a change's first call to the end of its last.",
    "laneway_live_seconds": "From a change written to the last proxy that took it.",
    "workqueue_depth": "Snapshots that wait to be looked at.",
    "workqueue_adds_total": "Rounds of looking at everything.",
    "workqueue_retries_total": "Groups left alone for a while after a failure.",
    "rest_client_requests_total": "Requests to the API server.",
    "process_resident_memory_bytes": "Memory in use.",
    "process_cpu_seconds_total": "Processor time used.",
}
"""Every metric, and what it says."""
