"""What was read from a paper, sealed in its row: text of pages, proposed fields, the officer's word.

Each paper has one data key for it, wrapped like the keys of its blobs (digest `text`), so that the end of the paper's
keys ends its text too. A value that was written before there was encryption is given as it is.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.db.keys import OF_ACCOUNT, TEXT, PgBlobKeys
from vault.domain.errors import Unavailable
from vault.domain.intake import IntakeId
from vault.ports import HeldKey, KeyService, key_context

MARK = "\ue000kho1:"
"""What a sealed value begins with: a private letter, which no reader gives."""
SEALED = MARK.encode()
"""What a sealed secret begins with."""
ACCOUNTS = "accounts"
"""In the place of an agency: the wrapping key of what is kept about whoever signs in."""
_NAME = "sealed"
_NONCE = 12
_KEY = 32


class PgTexts:
    """Seals and opens texts of papers within one transaction. Without a key service texts stay as they are."""

    def __init__(self, keys: PgBlobKeys, service: KeyService | None) -> None:
        self._keys = keys
        self._service = service
        self._opened: dict[str, bytes] = {}

    def seal(self, text: str, *, paper: IntakeId, agency: str, place: str) -> str:
        """The text as it is kept. `place` says what it is (`page 3`): a sealed value opens nowhere else."""
        if self._service is None:
            return text
        nonce = os.urandom(_NONCE)
        sealed = AESGCM(self._key(paper, agency)).encrypt(nonce, text.encode("utf-8", "surrogatepass"), place.encode())
        return MARK + base64.b64encode(nonce + sealed).decode()

    def open(self, kept: str, *, paper: IntakeId, place: str) -> str:
        """The text again; `KEY_UNWRAP` when it is not the one that was sealed there."""
        if not kept.startswith(MARK):
            return kept
        key = self._known(paper)
        raw = base64.b64decode(kept[len(MARK) :])
        try:
            return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()).decode("utf-8", "surrogatepass")
        except (InvalidTag, ValueError) as error:
            raise Unavailable("KEY_UNWRAP", key=TEXT) from error

    def seal_json(self, value: object, *, paper: IntakeId, agency: str, place: str) -> object:
        """A JSON value as it is kept."""
        if self._service is None:
            return value
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return {_NAME: self.seal(text, paper=paper, agency=agency, place=place)}

    def open_json(self, kept: object, *, paper: IntakeId, place: str) -> object:
        """The value again."""
        if not isinstance(kept, dict) or set(kept) != {_NAME}:
            return kept
        return json.loads(self.open(kept[_NAME], paper=paper, place=place))

    def seal_secret(self, secret: bytes, *, account_id: str, place: str) -> bytes:
        """A secret of an account, as it is kept: under a key of that account."""
        if self._service is None:
            return secret
        text = base64.b64encode(secret).decode()
        return self.seal(text, paper=_owner(account_id), agency=ACCOUNTS, place=place).encode()

    def open_secret(self, kept: bytes, *, account_id: str, place: str) -> bytes:
        """The secret again; one that was written before secrets were sealed is given as it is."""
        if not kept.startswith(SEALED):
            return kept
        return base64.b64decode(self.open(kept.decode(), paper=_owner(account_id), place=place))

    def _key(self, paper: IntakeId, agency: str) -> bytes:
        if paper not in self._opened and not self._held(paper):
            self._keys.begin_use(paper)
            # Two writers at once: the lock lets one make the key, the other takes it.
            self._keys.lock(f"{TEXT}\n{paper}")
            if not self._held(paper):
                key = os.urandom(_KEY)
                service = self._service
                assert service is not None  # noqa: S101 - seal asked already
                self._keys.hold(
                    TEXT, HeldKey(paper, service.wrap(key, agency=agency, context=key_context(TEXT, paper)))
                )
                self._opened[paper] = key
        return self._known(paper)

    def expect(self, papers: Iterable[IntakeId]) -> None:
        """Fetch the keys of several papers in one go."""
        wanted = [paper for paper in papers if paper not in self._opened]
        if not wanted or self._service is None:
            return
        for one in self._keys.of_papers(TEXT, wanted):
            self._opened[one.paper] = self._service.unwrap(one.wrapped, context=key_context(TEXT, one.paper))

    def _held(self, paper: IntakeId) -> tuple[HeldKey, ...]:
        return tuple(one for one in self._keys.of_paper(paper) if one.digest == TEXT)

    def _known(self, paper: IntakeId) -> bytes:
        if paper not in self._opened:
            held = self._held(paper)
            if not held or self._service is None:
                raise Unavailable("KEY_UNWRAP", key=TEXT)
            self._opened[paper] = self._service.unwrap(held[0].wrapped, context=key_context(TEXT, paper))
        return self._opened[paper]


def _owner(account_id: str) -> IntakeId:
    """In whose name the key of an account's secrets is kept, among those of papers."""
    return IntakeId(f"{OF_ACCOUNT}{account_id}")
