"""The issuer that was read on a paper, held against the dated list of agencies: for the desk's page and for the API."""

from __future__ import annotations

from datetime import date

from vault.bootstrap import App
from vault.domain.agencies import Agency
from vault.domain.intake import Intake
from vault.domain.reuse import VIET_NAM


def issuer_noted(intake: Intake, app: App) -> tuple[str, Agency] | None:
    """What there is to say about it (a code of `ui.warning`), and of which agency; None when there is nothing."""
    fields = intake.proposal.fields if intake.proposal else {}

    def value(name: str) -> str:
        return fields[name].value if name in fields else ""

    try:
        issued_on = date.fromisoformat(value("issued_on"))
    except ValueError:  # not read, or no day
        issued_on = None
    today = app.clock.now().astimezone(VIET_NAM).date()
    return app.catalogue.directory.noted(value("issuer"), value("place"), issued_on, today)
