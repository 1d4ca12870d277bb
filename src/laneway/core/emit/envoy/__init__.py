"""The plan, spelled for Envoy: listeners, route tables and clusters, and the stages of a change.

`configure` makes a whole configuration out of a plan, `config` is what one consists of, `stages`
leads from one to the next; the other modules each spell one kind of Envoy's messages.
"""
