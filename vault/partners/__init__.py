"""Calls to partners' systems."""

from vault.partners.issuer import HttpIssuer
from vault.partners.sender import HttpWebhookSender

__all__ = ["HttpIssuer", "HttpWebhookSender"]
