"""What a form of a page sent: fields whose names depend on the paper (`f.number`), and rows of people (`h.0.name`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from vault.domain.holders import HolderRole
from vault.domain.intake import NamedHolder

MOST_HOLDERS = 6
"""Rows of people that a form offers."""
_FIELD = "f."


async def _posted(request: Request) -> FormData:
    return await request.form()


Posted = Annotated[FormData, Depends(_posted)]
"""The whole form; a name may come several times."""


def texts_of(form: FormData) -> Mapping[str, str]:
    """Names and texts, without files; of a name that came several times the last."""
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


def fields_of_paper(texts: Mapping[str, str]) -> Mapping[str, str]:
    """The paper's fields by their names, as they were typed."""
    return {name.removeprefix(_FIELD): value for name, value in texts.items() if name.startswith(_FIELD)}


def people_of_paper(texts: Mapping[str, str]) -> tuple[NamedHolder, ...]:
    """The rows in which anything stands."""
    rows = (
        NamedHolder(
            texts.get(f"h.{row}.number", "").strip(),
            texts.get(f"h.{row}.name", "").strip(),
            texts.get(f"h.{row}.role", HolderRole.SUBJECT.value),
        )
        for row in range(MOST_HOLDERS)
    )
    return tuple(one for one in rows if one.number or one.name)
