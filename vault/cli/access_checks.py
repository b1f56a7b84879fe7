"""What `vault doctor` looks at of who may: walls below the program, the scanner, witnesses, identity providers."""

from __future__ import annotations

from collections.abc import Iterator

from vault import messages
from vault.bootstrap import App
from vault.cli.findings import Finding, State
from vault.domain.errors import VaultError


def walls(service: App) -> Iterator[Finding]:
    """Row-level security, and the role of requests that it binds."""
    service.uow.ping()
    missing = service.walls()
    advice = (
        "Run `vault db upgrade`; the role vault_program must be granted to the one that signs in." if missing else ""
    )
    told = ", ".join(missing) if missing else "every wall stands"
    yield Finding("walls", State.WORSE if missing else State.GOOD, told, advice)


def scanner(service: App) -> Iterator[Finding]:
    """Whether uploads are looked at for known malware."""
    version = service.scanner_version()
    yield Finding("malware scanner", State.GOOD, version or "none: VAULT_CLAMD names no clamd")


def witnesses(service: App) -> Iterator[Finding]:
    """Whether others cosign the log: one that is down costs a signature, not the service."""
    asked = len(service.settings.witnesses)
    if not asked:
        told = "none: whoever runs log and database can rewrite both (VAULT_WITNESSES, `vault witness`)"
        yield Finding("witnesses", State.GOOD, told)
        return
    with service.uow.begin() as tx:
        size = tx.log.size()
        head = tx.log.best_head(size - 1) if size else None
    signed = head.count("\n— ") - 1 if head else 0
    short = signed < asked
    advice = "A witness does not answer: ask the agency that runs it." if short else ""
    yield Finding("witnesses", State.WORSE if short else State.GOOD, f"{max(signed, 0)} of {asked} cosigned", advice)


def providers(service: App) -> Iterator[Finding]:
    """Whether each identity provider answers and describes itself as it should."""
    names = service.identities.names()
    if not names:
        yield Finding("identity providers", State.GOOD, "none: people sign in by local accounts")
    for name in names:
        try:
            service.identities.reach(name)
        except VaultError as error:
            sentence = messages.say(error.code, messages.Language.VI, **error.facts)
            yield Finding(f"identity provider {name}", State.BROKEN, error.code, sentence)
        else:
            yield Finding(f"identity provider {name}", State.GOOD, "answers")
