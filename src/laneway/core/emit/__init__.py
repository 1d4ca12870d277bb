"""The plan, spelled for somebody: Istio's objects, Envoy's configuration, YAML text.

Comes in: a Mesh and its RoutePlan. Goes out: objects and text. Nothing is decided here.
"""
