"""The fields of a ServiceEntry.

https://istio.io/latest/docs/reference/config/networking/service-entry/
"""

from __future__ import annotations

from laneway.core.resources.istio.fields.entry import ANSWERED, Followed, Named, Without, table

_READ = Followed("resources/istio/read_machines.py")
_SELECTED = Followed("mesh/unknown_pods.py")
_ENDPOINTS = Named(
    "its own endpoints answer for the host, and which lanes they are in is unknown", code="LW1511"
)
_RESOLVED = Named(
    "where requests for the host go is looked up by name, not by the pods that are selected",
    opens=ANSWERED,
    harmless=frozenset({"STATIC"}),
)
_NAMES = Named(
    "proxies refuse endpoints whose certificate carries none of these names", opens=ANSWERED
)
_ADDRESS = Without("an address to dial; requests are told apart by the name of their host")
_WEIGHED = Without("which endpoint of the host answers, not in which lane")
_INSIDE = Without("whether the mesh ends there, which no route asks")

SERVICE_ENTRY = table(
    (_READ, "hosts[] ports[].{number,name,protocol,targetPort}"),
    (_SELECTED, "workloadSelector.labels.* exportTo[]"),
    (_ENDPOINTS, "endpoints[].{address,labels.*,ports.*}"),
    (_RESOLVED, "resolution"),
    (_NAMES, "subjectAltNames[]"),
    (_ADDRESS, "addresses[]"),
    (_WEIGHED, "endpoints[].{weight,locality,network,serviceAccount}"),
    (_INSIDE, "location"),
)
