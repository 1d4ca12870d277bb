"""Search: which requests there are that meet some conditions and avoid others.

Comes in: matches of rules. Goes out: the smallest request, or the certainty that there is none.
Proofs ask for requests that break a promise, `verify` for requests that put one to the test.
"""
