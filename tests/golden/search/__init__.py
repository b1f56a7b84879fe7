"""The hard set of the officer's search (`hard.py`)."""
