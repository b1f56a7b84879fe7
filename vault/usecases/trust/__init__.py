"""The trust list: what this deployment asks the root to list, what the root signs off line, what is put in force."""
