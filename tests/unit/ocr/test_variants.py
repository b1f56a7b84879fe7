"""Papers as somebody else would word and lay them out: type and fields from exact text, without reading a picture.

What is asked here are floors, for both pools of wordings; layouts and wordings come from seeds that nobody tuned to.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ocr import Template, Understanding, understand
from tests.golden import variants
from tests.golden.specimens import Specimen

LEAST_EXACT = 0.975
MOST_ACCEPTED_WRONG = 0.006


@pytest.fixture(scope="module")
def papers(templates: list[Template]) -> list[tuple[Specimen, Understanding]]:
    return list(_papers(templates))


def _papers(templates: list[Template]) -> Iterator[tuple[Specimen, Understanding]]:
    for kind in variants.KINDS:
        for held in (False, True):
            paper = variants.draw(kind, seed=501, held=held, plain=True)
            yield paper, understand(variants.exact(paper), templates)


def test_their_kind_is_found_in_other_words(papers: list[tuple[Specimen, Understanding]]) -> None:
    wrong = [(paper.kind, said.type.code) for paper, said in papers if said.type.code != variants.TYPE_OF[paper.kind]]
    assert not wrong


def test_their_fields_are_found_beside_other_labels(
    papers: list[tuple[Specimen, Understanding]], templates: list[Template]
) -> None:
    asked, missed = 0, []
    for paper, said in papers:
        known = {spec.name for form in templates if form.code == variants.TYPE_OF[paper.kind] for spec in form.fields}
        for name in sorted(known & set(paper.fields)):
            asked += 1
            found = said.fields[name].value if name in said.fields else ""
            if found.casefold() != paper.fields[name].casefold():
                missed.append(f"{paper.kind}-{paper.seed}.{name}: {paper.fields[name]} | {found}")
    assert asked > 500
    assert len(missed) <= (1 - LEAST_EXACT) * asked, missed


def test_what_was_taken_from_the_wrong_place_goes_to_a_person(papers: list[tuple[Specimen, Understanding]]) -> None:
    accepted = [
        (f"{paper.kind}.{name}", paper.fields[name], field.value)
        for paper, said in papers
        for name, field in said.fields.items()
        if field.accept and name in paper.fields
    ]
    wrong = [case for case in accepted if case[1].casefold() != case[2].casefold()]
    assert len(accepted) > 400
    assert len(wrong) <= MOST_ACCEPTED_WRONG * len(accepted), wrong


def test_a_varied_paper_is_the_same_for_the_same_seed() -> None:
    one, other = (variants.draw("KS", seed=7) for _ in range(2))
    assert (one.text, one.fields) == (other.text, other.fields)
    assert one.pages[0].tobytes() == other.pages[0].tobytes()
    assert variants.draw("KS", seed=8).text != one.text
