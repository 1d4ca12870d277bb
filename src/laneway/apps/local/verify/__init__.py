"""`laneway verify`: a running mesh held against its plan by real requests.

Comes in: the mesh's folder and what to send. Goes out: a Report. What happened is told by the
proxies' counters alone, as differences, so it works with any application; no answer's body is ever
looked at. What the numbers mean is said in `core/judging`.
"""
