"""The numbered sections of a report, each from the record and a language to blocks."""
