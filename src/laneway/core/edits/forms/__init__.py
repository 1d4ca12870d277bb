"""What a person fills in of groups, lanes, entry rules and weights → drafts of files.

Comes in: a form's values, a Mesh. Goes out: what a form offers and shows, the object it means, a
draft that writes it, and what `check` would say of it, at the field. No page and no protocol is
known here: whoever has fields can fill them in.
"""
