"""Store: the only home of SQL; every state change and its journal row are one commit."""
