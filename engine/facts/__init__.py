"""Facts: every number that may be shown has a key, a unit and a source; text holds placeholders."""
