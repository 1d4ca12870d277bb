"""From what proxies counted to verdicts and findings.

Comes in: a mesh, its plan, requests that were sent and counters before and after. Goes out: rows
whose numbers add up, findings, and a verdict. It never sends and never reads a counter itself.
"""
