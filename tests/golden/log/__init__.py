"""Golden proofs of the transparency log."""
