"""The process that runs a mesh: it starts, follows, records and ends everything of it."""
