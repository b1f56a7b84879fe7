"""The citizen's own papers: list them, show one."""
