"""A dossier and what is already there for it: open, answer, attach, demand."""
