"""A bar chart over time, drawn here as values that the template turns into SVG."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vault.domain.kpi import Figure, Series

HEIGHT, WIDTH = 220, 760
_FLOOR, _LEFT, _RIGHT, _TOP = 24, 44, 8, 14
_MOST_LABELS = 9
_THICKEST = 18


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar, in the chart's coordinates; it opens what it counts."""

    series: str
    since: date
    until: date
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A label of an axis."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Row:
    """The same numbers for those who cannot see the bars."""

    since: date
    until: date
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars over time, its axes, and the same as rows."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    lines: tuple[Mark, ...]
    days: tuple[Mark, ...]
    rows: tuple[Row, ...]
    series: tuple[str, ...]


def chart_of(found: Series, drawn: tuple[Figure, ...]) -> Chart:
    """A group of bars a step, scaled to the highest, with a round number at the top of the scale."""
    count = len(found.starts)
    top = round_up(max((max(found.values[one], default=0) for one in drawn), default=0))
    step = (WIDTH - _LEFT - _RIGHT) / max(count, 1)
    thick = min(step * 0.8 / len(drawn), _THICKEST)
    high = HEIGHT - _FLOOR - _TOP
    bars = tuple(
        Bar(
            figure.value,
            found.starts[number],
            found.ends[number],
            value,
            x=round(_LEFT + number * step + (step - thick * len(drawn)) / 2 + place * thick, 1),
            y=round(HEIGHT - _FLOOR - high * value / top, 1),
            width=round(max(thick - 1, 1), 1),
            height=round(high * value / top, 1),
        )
        for place, figure in enumerate(drawn)
        for number, value in enumerate(found.values[figure])
        if value
    )
    every = max(1, -(-count // _MOST_LABELS))
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        bars=bars,
        lines=tuple(
            Mark(str(value), _LEFT, round(HEIGHT - _FLOOR - high * value / top, 1)) for value in (0, top // 2, top)
        ),
        days=tuple(
            Mark(f"{start:%d/%m}", round(_LEFT + (number + 0.5) * step, 1), HEIGHT - 7)
            for number, start in enumerate(found.starts)
            if (count - 1 - number) % every == 0
        ),
        rows=tuple(
            Row(found.starts[number], found.ends[number], tuple(found.values[one][number] for one in drawn))
            for number in reversed(range(count))
            if any(found.values[one][number] for one in drawn)
        ),
        series=tuple(one.value for one in drawn),
    )


def round_up(value: int) -> int:
    """The next even number of one leading digit: the top of a scale that people read."""
    if value <= 2:  # noqa: PLR2004 - the smallest scale with a middle
        return 2
    unit: int = 10 ** (len(str(value)) - 1)
    top = -(-value // unit) * unit
    return top if top % 2 == 0 else top + 1
