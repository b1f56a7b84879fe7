"""A record as JSON values, with what proves it. Names follow the domain."""

from __future__ import annotations

from collections.abc import Sequence

from vault.domain.records import Record

FORMAT = "kho-so-record/1"


def record_to_plain(record: Record, *, log_proofs: Sequence[str] = ()) -> dict[str, object]:
    """Facts, files by SHA-256, and proofs: the QR credential's text and the log's offline proofs (tlog-proof@v1)."""
    return {
        "format": FORMAT,
        "code": record.code,
        "version": record.version,
        "type": record.type_code,
        "result_code": record.result_code,
        "number": record.number,
        "abstract": record.abstract,
        "issuer": {"code": record.issuer_code, "as_printed": record.issuer_as_printed},
        "issued_on": record.issued_on and record.issued_on.isoformat(),
        "valid_until": record.valid_until and record.valid_until.isoformat(),
        "scope": record.scope,
        "holders": [
            {"role": link.role.value, "kind": link.kind.value, "number": link.number, "name": link.name}
            for link in record.holders
        ],
        "fields": dict(record.fields),
        "state": record.state.value,
        "superseded_by": record.superseded_by,
        "trust": record.trust.name,
        "evidence": record.evidence.value,
        "signer": record.signer and record.signer.value,
        "compared_with_original": record.compared_with_original,
        "conversion_mark": record.conversion_mark,
        "agency_code": record.agency_code,
        "sealed_at": record.sealed_at.isoformat(),
        "seal_level": record.seal_level,
        "files": {
            "original": {"sha256": record.original, "mime": record.original_mime, "signed": record.signed_original},
            "sealed": {"sha256": record.sealed, "mime": "application/pdf"},
        },
        "proofs": {"credential": record.credential, "transparency_log": list(log_proofs)},
    }
