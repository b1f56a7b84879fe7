"""What `vault doctor` looks at of who may: walls below the program, the scanner, witnesses, identity providers."""

from __future__ import annotations

from collections.abc import Iterator

from vault.bootstrap import App
from vault.cli.down import broken
from vault.cli.findings import Finding, State, judged, words
from vault.domain.errors import VaultError


def walls(service: App) -> Iterator[Finding]:
    """Row-level security, and the role of requests that it binds."""
    service.uow.ping()
    missing = service.looks.walls()
    told = words("walls.down", names=", ".join(missing)) if missing else words("walls.stand")
    yield judged("walls", told, wrong=bool(missing), advice=words("walls.do"))


def originals(service: App) -> Iterator[Finding]:
    """Records that are trusted as their issuer's originals although nobody asked whose signature it is."""
    with service.uow.begin() as tx:
        many, some = tx.upkeep.undecided_originals()
    told = words("originals.undecided", count=many, codes=", ".join(some)) if many else words("originals.decided")
    yield judged("electronic originals", told, wrong=many > 0, advice=words("originals.do"))


def scanner(service: App) -> Iterator[Finding]:
    """Whether uploads are looked at for known malware."""
    version = service.looks.scanner_version()
    yield Finding("malware scanner", State.GOOD, words("text", text=version) if version else words("scanner.none"))


def witnesses(service: App) -> Iterator[Finding]:
    """Whether others cosign the log: one that is down costs a signature, not the service."""
    asked = len(service.settings.witnesses)
    if not asked:
        yield Finding("witnesses", State.GOOD, words("witnesses.none"))
        return
    with service.uow.begin() as tx:
        size = tx.log.size()
        head = tx.log.best_head(size - 1) if size else None
    signed = max(head.count("\n— ") - 1, 0) if head else 0
    told = words("witnesses", signed=signed, asked=asked)
    yield judged("witnesses", told, wrong=signed < asked, advice=words("witnesses.do"))


def providers(service: App) -> Iterator[Finding]:
    """Whether each identity provider answers and describes itself as it should."""
    names = service.identities.names()
    if not names:
        yield Finding("identity providers", State.GOOD, words("providers.none"))
    for name in names:
        try:
            service.identities.reach(name)
        except VaultError as error:
            yield broken(f"identity provider {name}", error)
        else:
            yield Finding(f"identity provider {name}", State.GOOD, words("answers"))
