"""Journey, proof, plan, mesh and changes as plain data: what one door prints, another serves.

Comes in: values of the core. Goes out: dictionaries, lists, texts and numbers, nothing else. It
decides nothing and knows no screen.
"""
