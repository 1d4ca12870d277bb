"""Who calls whom in which lane, as a picture and a table: Mesh + RoutePlan → Graph.

What a graph says is what walks say; places are worked out here, once for each state of a mesh.
"""
