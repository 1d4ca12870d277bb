"""Mesh → RoutePlan: everything that is routed is decided here, once.

`planner` is the door. What stands in a plan is `route_plan`; the other modules make its parts:
entries, hops, subsets, and the user's own routes that hold beside them.
"""
