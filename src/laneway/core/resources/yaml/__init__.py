"""YAML and JSON text as documents and values that remember file, line and column.

Comes in: the text of a file. Goes out: documents, a cursor that walks them, and findings where the
text is no document. Nothing here knows a kind.
"""
