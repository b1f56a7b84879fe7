"""One verb per file: an input, one public function, everything it needs by keyword. Grouped by journey."""
