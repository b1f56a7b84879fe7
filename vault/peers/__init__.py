"""Vault to vault: requests and answers signed by HTTP Message Signatures, the client, and the directory's file."""

from vault.peers.client import HttpPeer, peer_sources
from vault.peers.desk import SignedPeerDesk
from vault.peers.directory import load_directory
from vault.peers.patience import Done, Patience
from vault.peers.signatures import PeerKeys

__all__ = ["Done", "HttpPeer", "Patience", "PeerKeys", "SignedPeerDesk", "load_directory", "peer_sources"]
