"""What every `ports.KeyService` keeps. Run as a program with a PKCS#11 module, it checks a token in this process."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from vault.domain.errors import Unavailable
from vault.keys import TokenKeyService
from vault.ports import KeyService

AGENCY, CONTEXT = "H24.900", b"kho-so blob key\nabc\npaper"


def check(service: KeyService) -> None:
    """A key comes back with its own context only, and never looks the same twice."""
    key = os.urandom(32)
    wrapped = service.wrap(key, agency=AGENCY, context=CONTEXT)
    assert wrapped.agency == AGENCY
    assert wrapped.key == service.current(AGENCY)
    assert key not in wrapped.wrapped
    assert service.unwrap(wrapped, context=CONTEXT) == key
    spoilt = wrapped.wrapped[:-5] + bytes([wrapped.wrapped[-5] ^ 1]) + wrapped.wrapped[-4:]
    for wrong, context in (
        (wrapped, CONTEXT + b"x"),
        (replace(wrapped, wrapped=spoilt), CONTEXT),
        (replace(wrapped, wrapped=b""), CONTEXT),
    ):
        with pytest.raises(Unavailable) as caught:
            service.unwrap(wrong, context=context)
        assert caught.value.code == "KEY_UNWRAP"
    assert len({service.wrap(key, agency=AGENCY, context=CONTEXT).wrapped for _ in range(20)}) == 20


def main(module: str) -> None:
    service = TokenKeyService(Path(module), token_label="kho", pin="1234", prefix="kho-so")
    check(service)
    old = service.wrap(b"k" * 32, agency=AGENCY, context=CONTEXT)
    again = TokenKeyService(Path(module), token_label="kho", pin="1234", prefix="kho-so-2")
    assert again.current(AGENCY) != old.key
    assert again.unwrap(old, context=CONTEXT) == b"k" * 32, "the key lies on the token, not in this object"
    wrapped = again.wrap(b"k" * 32, agency=AGENCY, context=CONTEXT)
    assert wrapped.key == again.current(AGENCY)
    with pytest.raises(Unavailable):
        TokenKeyService(Path(module), token_label="another", pin="1234", prefix="kho-so")
    again.close()
    service.close()


if __name__ == "__main__":
    main(sys.argv[1])
