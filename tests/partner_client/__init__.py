"""A partner's client, written from `vault/web/partner/GUIDE.md` alone: it imports nothing of the vault.

>>> with PartnerClient("https://kho.example.vn", "doitac", "…", org="H24.900") as vault:     # doctest: +SKIP
...     papers = vault.pull_uri(dossier="H24.900-261127-0001", doc_type="GPXD", holder="031090000001")
...     pdf = vault.pull_document(papers[0]["uri"]).content
"""

from tests.partner_client.client import (
    Answer,
    Document,
    PartnerClient,
    PreviewNeeded,
    VaultProblem,
)
from tests.partner_client.webhooks import Receiver, WebhookEvent

__all__ = ["Answer", "Document", "PartnerClient", "PreviewNeeded", "Receiver", "VaultProblem", "WebhookEvent"]
