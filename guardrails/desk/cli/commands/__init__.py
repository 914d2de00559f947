"""One file per command group; each is thin over the use cases."""
