"""One module for each version of the gateway's tables."""
