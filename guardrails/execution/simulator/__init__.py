"""A local exchange that speaks real wire formats, with scripted faults; bound to loopback."""
