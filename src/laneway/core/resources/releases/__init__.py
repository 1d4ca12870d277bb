"""LaneRelease, `laneway.dev/v1alpha1`: a release in stages, as a file or as an object of a cluster.

Apart from the kinds that lanes are compiled of: a release moves weights, it is no route itself.
"""
