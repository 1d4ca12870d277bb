"""RoutePlan + Request → what the request meets: the walk, and what is told of it.

`walk` takes one hop, `journey` all of them; the others answer what commands and rules ask of a
plan. Nothing here changes where a request goes.
"""
