"""What a loop that keeps a mesh as it is wanted asks of the world, as shapes to be filled.

Comes in: nothing. Goes out: the shape of a target, which real proxies fill and a fake in tests. It
imports the core only, so that a loop knows no machine.
"""
