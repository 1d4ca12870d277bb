"""What people write and what clusters hold, as typed values that remember where they stand.

Comes in: YAML or JSON text. Goes out: frozen Structs, one file per family of kinds, and
findings for what could not be read. It knows nothing of lanes' meaning; that is the mesh's work.
"""
