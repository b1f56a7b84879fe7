"""Records leave for other systems: as an archive package, as JSON with proofs, as a credential for a wallet."""
