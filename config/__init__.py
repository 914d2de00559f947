"""Settings, modes, secrets and package ownership: the outermost facts a process starts from."""
