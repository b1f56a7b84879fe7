"""`vault`: one file per command group; errors map to exit statuses in `edge`."""
