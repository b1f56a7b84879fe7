"""Towards other systems of the state: what the national store is told, what is looked up there and in other vaults."""
