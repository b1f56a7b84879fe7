"""FastAPI only here: `api` speaks JSON to programs, `pages` speaks HTML to people. Errors map to HTTP in one table."""
