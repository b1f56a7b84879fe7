"""What a kind of paper looks like, as data: its titles, its labels, and how the values beside them are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

Kind = Literal[
    "text", "name", "date", "year", "id", "number", "digits", "tax", "serial", "plate", "sex", "money", "area", "class"
]
"""How a value is written; ``ocr.normal`` has one normaliser for each."""

How = Literal["label", "letter_number", "place", "place_date", "issuer", "signer", "subject", "alone"]
"""Where a value is looked for: beside its label, by its place on an administrative document (NĐ 30/2020), or ("alone")
as a short line of its own that fits the syntax. Labels, where a field has them, go first."""

Column = Literal["any", "left", "right"]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a paper.

    ``labels``: printed labels with their variants; marks, case and tone placement do not matter.
    ``after``: the name of a field that stands before this one (the mother's "Dân tộc" comes after the mother's name).
    ``lines``: over how many lines a value may run. ``column``: half of the page for papers in two columns.
    ``required``: a paper of this kind without it earns a warning.
    """

    name: str
    kind: Kind = "text"
    how: How = "label"
    labels: tuple[str, ...] = ()
    after: str = ""
    lines: int = 1
    column: Column = "any"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of paper.

    ``titles`` begin a line; ``titles_alone`` are a whole line; ``signs`` are other phrases that speak for this kind and
    ``against`` phrases that speak against it. ``stops`` are labels that end a value without being a field.
    """

    code: str
    name: str
    titles: tuple[str, ...] = ()
    titles_alone: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    fields: tuple[FieldSpec, ...] = ()

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Template:
        """A template from plain data (a parsed YAML file). Raises ``ValueError`` naming what is wrong."""
        known = {"code", "name", "titles", "titles_alone", "signs", "against", "stops", "fields"}
        _refuse_unknown(raw, known, "template")
        if not raw.get("code") or not raw.get("name"):
            raise ValueError("a template needs a code and a name")
        fields = tuple(_field(name, spec or {}) for name, spec in dict(raw.get("fields") or {}).items())
        names = {field.name for field in fields}
        for field in fields:
            if field.after and field.after not in names:
                raise ValueError(f"{raw['code']}.{field.name}: comes after {field.after!r}, which is no field")
        return cls(
            code=str(raw["code"]),
            name=str(raw["name"]),
            titles=_texts(raw.get("titles")),
            titles_alone=_texts(raw.get("titles_alone")),
            signs=_texts(raw.get("signs")),
            against=_texts(raw.get("against")),
            stops=_texts(raw.get("stops")),
            fields=fields,
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain data that ``from_dict`` takes back."""
        fields = {
            field.name: {
                "kind": field.kind,
                "how": field.how,
                "labels": list(field.labels),
                "after": field.after,
                "lines": field.lines,
                "column": field.column,
                "required": field.required,
            }
            for field in self.fields
        }
        lists = {name: list(getattr(self, name)) for name in ("titles", "titles_alone", "signs", "against", "stops")}
        return {"code": self.code, "name": self.name, **lists, "fields": fields}


def _field(name: str, raw: Mapping[str, Any]) -> FieldSpec:
    _refuse_unknown(raw, {"kind", "how", "labels", "after", "lines", "column", "required"}, name)
    kind, how, column = raw.get("kind", "text"), raw.get("how", "label"), raw.get("column", "any")
    for value, allowed in ((kind, get_args(Kind)), (how, get_args(How)), (column, get_args(Column))):
        if value not in allowed:
            raise ValueError(f"{name}: {value!r} is none of {', '.join(allowed)}")
    labels = _texts(raw.get("labels"))
    if how == "label" and not labels:
        raise ValueError(f"{name}: needs at least one label")
    return FieldSpec(
        name=name,
        kind=kind,
        how=how,
        labels=labels,
        after=str(raw.get("after", "")),
        lines=int(raw.get("lines", 1)),
        column=column,
        required=bool(raw.get("required", False)),
    )


def _texts(raw: Sequence[Any] | None) -> tuple[str, ...]:
    if isinstance(raw, str):
        raise ValueError(f"a list of texts was expected, not the text {raw!r}")  # noqa: TRY004 - data, not a programmer's type
    return tuple(str(text) for text in raw or ())


def _refuse_unknown(raw: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(raw) - known)
    if unknown:
        raise ValueError(f"{where}: unknown {', '.join(map(str, unknown))}")
