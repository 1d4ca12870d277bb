"""Every field of Istio's kinds, and what Laneway makes of it: one table a kind.

What a table calls named is found in a user's object by the same table, so the page that is written
from it and the findings cannot come apart.
"""
