"""Servers that answer PromQL: what proxies and containers counted, as samples.

Comes in: the address of a server that whoever runs this has configured, and queries. Goes out: raw
samples and values. Nothing is known here of lanes or releases.
"""

from laneway.adapters.metrics.prometheus import MetricsError, MetricsServer, Series

__all__ = ["MetricsError", "MetricsServer", "Series"]
