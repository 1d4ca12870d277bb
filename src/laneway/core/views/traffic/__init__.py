"""What goes over the edges of a topology, wherever it was counted: counts + Topology → traffic.

Sources differ in what they can tell: logs of proxies know the lane of a request, a metrics server
knows workloads alone. What none tells stays unknown.
"""
