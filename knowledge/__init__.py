"""Knowledge: documents as passages, found by words and by likeness, cited with their date.

SQLite holds the truth; the vector index is derived from it and can be thrown away at any time.
Documents are data: nothing in a passage is ever followed as an instruction.
"""
