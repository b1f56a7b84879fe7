"""One fuzz input: its first byte chooses the decoder, the rest is what a stranger hands in; only QrError may come out.

Run by the seeded test beside it and, guided by coverage, by atheris (not locked: few machines have a build of it), with
the packages of the project on the path:

    python -m tests.fuzz.qr.one_input -runs=1000000 -max_len=600 corpus/
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import qr
from qr import base32, cbor
from qr.status_list import decode_status_list
from tests.golden.qr.presentation_cases import AUDIENCE, NONCE, token
from tests.golden.qr.presentation_cases import text_of as presentation_text
from tests.golden.qr.world import HOST, MESSAGE, NOW, PAYLOAD, signed_trust, status_token, text_of, trust_list

if TYPE_CHECKING:
    from collections.abc import Callable

_TRUST = trust_list()
_TOKEN = status_token({5: 1}, entries=512)
_OPTIONS: dict[str, Any] = {
    "hosts": [HOST],
    "trust": _TRUST,
    "status": qr.verify_status_token(_TOKEN, trust=_TRUST, now=NOW),
    "now": NOW,
}
_ROOT = qr.SigningKey.generate().public
_PREFIXES = [f"https://{HOST}/{kind}#" for kind in "qpc"]


def _text(raw: bytes) -> None:
    text = raw.decode("utf-8", "replace")
    for prefix in ("", *_PREFIXES):
        qr.verify(prefix + text, **_OPTIONS)
        qr.verify_presentation(prefix + text, audience=AUDIENCE, nonce=None, **_OPTIONS)
    qr.read_short_code(text, hosts=[HOST])


DECODERS: tuple[tuple[bytes, Callable[[bytes], object]], ...] = (
    (text_of(MESSAGE).encode(), _text),
    (MESSAGE, lambda raw: qr.verify(text_of(raw), **_OPTIONS)),
    (PAYLOAD, lambda raw: cbor.decode(raw, max_size=4000, redactions=True)),
    (cbor.encode(qr.StatusList.of({5: 1}, entries=512).to_cbor()), decode_status_list),
    (_TOKEN, lambda raw: qr.verify_status_token(raw, trust=_TRUST, now=NOW)),
    (
        token(),
        lambda raw: qr.verify_presentation(presentation_text(raw), audience=AUDIENCE, nonce=NONCE, **_OPTIONS),
    ),
    (
        cbor.encode(["A", bytes(12), "B", [1], 2**31]),
        lambda raw: qr.read_challenge(f"https://{HOST}/c#{base32.encode(raw)}", hosts=[HOST], now=NOW),
    ),
    (signed_trust(), lambda raw: qr.verify_trust_list(raw, root=_ROOT, now=NOW)),
    (b"HC1:6BFOXN", lambda raw: qr.read_foreign(raw.decode("latin-1"))),
)
"""A genuine input for each decoder, and the decoder."""


def one_input(data: bytes) -> None:
    """Decode; anything but QrError that comes out is a finding."""
    if not data:
        return
    try:
        DECODERS[data[0] % len(DECODERS)][1](data[1:])
    except qr.QrError:
        return


def seeds() -> list[bytes]:
    """The genuine inputs, each behind the byte that chooses its decoder."""
    return [bytes([number]) + genuine for number, (genuine, _) in enumerate(DECODERS)]


def main() -> None:
    """Hand the arguments to libFuzzer."""
    import atheris  # noqa: PLC0415 - only a long run has it

    atheris.instrument_all()
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
