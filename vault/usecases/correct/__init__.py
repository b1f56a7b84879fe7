"""A record that differs from the paper: say so, decide, seal the corrected version, follow the case to its end."""
