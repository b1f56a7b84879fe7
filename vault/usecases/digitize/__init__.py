"""A paper on its way in: receive, read, confirm, seal."""
