"""Where the papers of a batch are: every page belongs to one paper, or is a separator, or the blank back of one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.domain.batches import SeenPage, parts_of, separator_of, separator_text, type_on

PAGE, BLANK = SeenPage(None, blank=False), SeenPage(None, blank=True)
CUT, KS = SeenPage("KSTACH1", blank=False), SeenPage("KSTACH1:KS", blank=False)


def ranges(*pages: SeenPage) -> list[tuple[int, int, str | None]]:
    return [(one.first, one.last, one.type_code) for one in parts_of(pages)]


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ([], []),
        ([CUT], []),
        ([CUT, PAGE], [(1, 1, None)]),
        ([KS, PAGE, PAGE, CUT, PAGE], [(1, 2, "KS"), (4, 4, None)]),
        ([PAGE, CUT, PAGE], [(0, 0, None), (2, 2, None)]),
        ([CUT, CUT, PAGE, CUT], [(2, 2, None)]),
        ([CUT, BLANK, PAGE, BLANK, CUT, BLANK, PAGE], [(2, 3, None), (6, 6, None)]),
        ([CUT, BLANK, CUT, PAGE], [(3, 3, None)]),
        ([BLANK, PAGE], [(0, 1, None)]),
    ],
)
def test_papers_lie_between_separators(pages: list[SeenPage], expected: list[tuple[int, int, str | None]]) -> None:
    assert ranges(*pages) == expected


@given(st.lists(st.sampled_from([PAGE, BLANK, CUT, KS]), max_size=60))
def test_no_page_is_lost_and_none_is_in_two_papers(pages: list[SeenPage]) -> None:
    parts = parts_of(pages)
    held = [index for part in parts for index in range(part.first, part.last + 1)]
    assert held == sorted(set(held))
    assert [part.position for part in parts] == list(range(len(parts)))
    for index in set(range(len(pages))) - set(held):
        back = index > 0 and pages[index].blank and pages[index - 1].separator is not None
        assert pages[index].separator is not None or back
    assert not [index for index in held if pages[index].separator is not None]


@pytest.mark.parametrize(
    "text", ["KSTACH1:", "KSTACH12", "kstach1", "KSTACH1:a b", "KSTACH1:" + "A" * 41, "", "x KSTACH1"]
)
def test_other_texts_part_nothing(text: str) -> None:
    assert separator_of([text]) is None


def test_a_sheet_says_what_it_is_and_nothing_about_anybody() -> None:
    assert separator_of(["https://kho.example.vn", separator_text("GPXD")]) == "KSTACH1:GPXD"
    assert (type_on(separator_text("GPXD")), type_on(separator_text(None)), type_on("x")) == ("GPXD", None, None)
