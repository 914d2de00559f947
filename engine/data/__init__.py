"""Market data: validated bars, files, the content-addressed store and its sealed partitions."""
