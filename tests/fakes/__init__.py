"""Second implementations of the ports, and wrappers that make a port fail where a test says; see `tests/contract`."""
