"""What was done with the papers: view, download, change of state, counts, events."""
