"""What was measured of proxies and of istiod: constants by which numbers become memory and time.

Measured in November 2026 on two shared cores: istiod 1.31, stock Envoy 1.40.0 with two workers,
delta ADS, no mutual TLS; 30 to 300 services with 5 to 50 lanes and up to 15,000 pods without
programs, up to 24 proxies that join at once. `./dev figures cost` measures it again. Memory and
time are those of the configuration: traffic comes on top. With mutual TLS a cluster weighs more
than is said here; how much was not measured.
"""

from __future__ import annotations

MEASURED_WITH = "istiod 1.31 and Envoy 1.40.0, November 2026, without mutual TLS"

PROXY_BYTES = 66_000_000
"""Resident memory of an Envoy that holds next to nothing: 68 MB with 37 clusters."""
CLUSTER_BYTES = 61_000
"""59 KB at 337 clusters, 61 KB at 568, 63 KB at 1,107 and 60 KB at 15,307 of them."""
ROUTE_BYTES = 7_800
"""236 MB with 15,303 routes, 87 MB with 303 and 447 clusters fewer."""
ENDPOINT_BYTES = 2_100
"""119 MB where 307 clusters list 15,000 pods, 87 MB where they list 447."""

PROXY_SECONDS = 0.075
"""Processor seconds of an Envoy until it is ready, with next to nothing to read."""
CLUSTER_SECONDS = 0.00095
"""1.1 to 1.3 s at 1,107 clusters, 3.9 to 4.3 s at 5,107, 14.6 to 19.6 s at 15,307, by what else
the machine did."""
ROUTE_SECONDS = 0.000016
"""1.2 s with 15,303 routes and 754 clusters."""
ENDPOINT_SECONDS = 0.000006

ISTIOD_BYTES = 105_000_000
"""Resident memory of an istiod that knows a small mesh: 111 MB with 150 pods."""
ISTIOD_POD_BYTES = 7_000
"""217 MB with 15,000 pods."""
ISTIOD_OBJECT_FACTOR = 17
"""Bytes that istiod keeps for a byte of the objects' JSON: 15 at 6.6 MB, 21 at 3.5 MB."""
ISTIOD_JOINING_BYTES = 12_000_000
ISTIOD_CLUSTER_FACTOR, ISTIOD_ENDPOINT_FACTOR, ISTIOD_ROUTE_FACTOR = 2.8, 4.0, 6.7
"""Memory at its highest for a byte that is sent to proxies which join at once."""
ISTIOD_AT_ONCE = 100
"""How many proxies istiod sends to at one moment (PILOT_PUSH_THROTTLE); the others wait."""

ISTIOD_CLUSTER_SECONDS, ISTIOD_ENDPOINT_SECONDS, ISTIOD_ROUTE_SECONDS = 0.1, 0.09, 0.026
"""Processor seconds for a megabyte that is sent: 31 s for 183 MB of clusters and 94 of endpoints.
"""
