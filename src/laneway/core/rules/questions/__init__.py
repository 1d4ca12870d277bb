"""What several rules ask of a mesh, answered once: matches, ages, members, gateways, injection.

Comes in: parts of a Mesh or RoutePlan. Goes out: plain answers. No rule stands here and no code of
a finding is known here.
"""
