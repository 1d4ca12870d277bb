"""What the SDKs, agents and frameworks inside of programs make of a lane that comes in.

Comes in: a workload's manifest and how lanes travel. Goes out: whether its calls carry the lane,
by facts that were measured. Nothing here decides where a request goes.
"""
