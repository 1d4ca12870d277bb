"""What a user should know about the input: one rule, one file, one code.

Each module has `CHECK`, a code and a function from (Mesh, RoutePlan) to findings; `all` lists and
runs them; `questions` answers what several of them ask. Unknown is not missing: a rule that says
something is missing speaks only if that kind is in the input at all.
"""
