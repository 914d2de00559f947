"""The `peak` command: thin over the same use cases and the desk's API."""
