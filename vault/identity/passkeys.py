"""WebAuthn Level 3 by the library `webauthn`: discoverable credentials, user verification required."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from vault.domain.errors import Forbidden
from vault.ports import Passkey, PasskeyProof

_REQUIRED = UserVerificationRequirement.REQUIRED


class WebAuthnDesk:
    """`ports.PasskeyDesk`. `host` is the relying party's id, `origin` the address in the browser's bar."""

    def __init__(self, name: str) -> None:
        self._name = name

    def registration(
        self, *, challenge: bytes, host: str, account_id: str, name: str, known: Sequence[bytes]
    ) -> Mapping[str, Any]:
        """No attestation: which maker's key it is is nobody's business here."""
        options = generate_registration_options(
            rp_id=host,
            rp_name=self._name,
            user_id=_handle(account_id),
            user_name=name,
            challenge=challenge,
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_REQUIRED
            ),
        )
        return dict(json.loads(options_to_json(options)))

    def registered(self, answer: Mapping[str, Any], *, challenge: bytes, host: str, origin: str) -> PasskeyProof:
        """Verify challenge, origin, relying party, user verification and the key."""
        try:
            made = verify_registration_response(
                credential=dict(answer),
                expected_challenge=challenge,
                expected_rp_id=host,
                expected_origin=origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError) as error:
            raise Forbidden("PASSKEY_WRONG") from error
        return PasskeyProof(made.credential_id, made.credential_public_key, made.sign_count, made.user_verified)

    def authentication(self, *, challenge: bytes, host: str, known: Sequence[bytes]) -> Mapping[str, Any]:
        """Without `known` the browser offers every passkey it has for this host."""
        options = generate_authentication_options(
            rp_id=host,
            challenge=challenge,
            allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
            user_verification=_REQUIRED,
        )
        return dict(json.loads(options_to_json(options)))

    def authenticated(
        self, answer: Mapping[str, Any], passkey: Passkey, *, challenge: bytes, host: str, origin: str
    ) -> PasskeyProof:
        """Verify the signature too, whose passkey it is, and that the counter rose: one that stands still is a copy."""
        try:
            _require_owner(answer, passkey.account_id)
            proof = verify_authentication_response(
                credential=dict(answer),
                expected_challenge=challenge,
                expected_rp_id=host,
                expected_origin=origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError) as error:
            raise Forbidden("PASSKEY_WRONG") from error
        return PasskeyProof(passkey.credential_id, passkey.public_key, proof.new_sign_count, user_verified=True)


def _handle(account_id: str) -> bytes:
    """The account as devices keep it: one for each account, and no personal data (WebAuthn section 14.6.1)."""
    return hashlib.sha256(b"kho-so passkey\n" + account_id.encode()).digest()


def _require_owner(answer: Mapping[str, Any], account_id: str) -> None:
    """Nobody typed a name, so the device must say whose the passkey is (section 7.2 step 6). `ValueError`."""
    told = answer["response"]["userHandle"]
    kept = base64.urlsafe_b64decode(told + "=" * (-len(told) % 4))
    if not hmac.compare_digest(kept, _handle(account_id)):
        raise ValueError(account_id)
