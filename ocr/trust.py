"""How sure is a field? What speaks for and against it, weighed by numbers fitted on specimens (``confidence.json``).

``deploy/calibrate_ocr.py`` fits the numbers anew; do so whenever a reader or the vote changes. Evidence never changes a
value, it only decides whether a person has to look.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ocr.phrases import misread_words, vouched
from ocr.syllable import strange_words
from ocr.values import FieldValue, PageText, Word

EVIDENCE = (
    "read",
    "mean",
    "doubt",
    "prose",
    "long",
    "label",
    "placed",
    "odd",
    "strange",
    "agrees",
    "small",
    "poor",
    "untyped",
    "single",
)
"""Names of what is weighed; ``evidence`` and ``agrees`` (from ``ocr.checks``) give them."""
FOR = frozenset({"read", "mean", "agrees"})
"""Evidence for a value; all other evidence speaks against it, and is fitted with that sign."""
_PROSE = frozenset({"text", "name"})
_ODD = re.compile(
    r"(?<=\w)[.,;:'\"|](?=[^\W\d])|(?<=\s)[.,;:'\"|]|['\"|;:~*_<>=]\s*$|(?<=[^\W\d])-(?=[a-zà-ỹ])|\.\s+(?=[A-ZÀ-Ỹ])"
)
"""Marks where no print has them: within words, before them, at the end."""
_INITIALS = re.compile(r"\b(?:TP|Tp|Q|P|KP|Tx|TX|St|Dr|No)\.\s*")
_ONLY_DIGITS = frozenset({"date", "year", "id", "digits", "money"})
_READABLE_PX = 22.0
_LEAST, _MOST = 0.02, 0.9995
_SURELY = 1.4
"""Log odds of 0.8: characters less sure than that count twice."""
_VOUCHED = 0.15
"""A word of a phrase that is written in no other way is wrong so much less often than its letters alone say."""
_CONTRADICTED = 0.4
NEVER = ("lookalike", "doubtful_place", "misread", "doubtful_digit")
"""With this evidence a value goes to a person: letters like digits, a doubtful place, known words with lost marks, a
digit that readers differ about (nothing else on the paper can tell which of them is right; handwriting reads so)."""
_DIGITS_TOLD = frozenset({"date", "year", "id", "digits", "money", "number", "tax", "serial", "plate"})
_HALF = 0.5
_ONE_PART = 1e-9


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the evidence, and from which confidence on a field needs no look."""

    bias: float
    weights: Mapping[str, float]
    accept_from: float

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Calibration:
        """The calibration that ``deploy/calibrate_ocr.py`` wrote."""
        weights = {name: float(raw["weights"].get(name, 0.0)) for name in EVIDENCE}
        return cls(float(raw["bias"]), weights, float(raw["accept_from"]))

    def confidence(self, evidence: Mapping[str, float]) -> float:
        """How likely the value is right, 0 to 1."""
        total = self.bias + sum(weight * evidence.get(name, 0.0) for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


@lru_cache(maxsize=1)
def calibration() -> Calibration:
    """The shipped calibration."""
    return Calibration.from_dict(json.loads((Path(__file__).parent / "confidence.json").read_text(encoding="utf-8")))


def evidence(
    value: str, kind: str, words: Sequence[Word], page: PageText, *, label_edits: int, placed: bool, type_conf: float
) -> dict[str, float]:
    """What speaks for and against a value read from ``words``."""
    counted = [word for word in words if any(char.isdigit() for char in word.text)] if kind in _ONLY_DIGITS else words
    counted = counted or words
    prose = kind in _PROSE
    known = vouched([word.text for word in words], name=kind == "name") if prose else [False] * len(words)
    sure = [1.0 - (1.0 - word.conf) * (_VOUCHED if one else 1.0) for word, one in zip(words, known, strict=True)]
    confs = [word.conf for word in counted] or [0.0]
    least = min(sure, default=0.0) if prose else min(confs)
    small = page.quality.text_px or _READABLE_PX
    found = {
        "read": _logit(least),
        "doubt": max(0.0, _SURELY - _logit(least)),
        "mean": _logit(sum(confs) / len(confs)),
        "prose": float(prose),
        "long": math.log1p(len(value)) if prose else 0.0,
        "label": float(label_edits),
        "placed": float(placed),
        "odd": float(min(3, len(_ODD.findall(_INITIALS.sub(" ", value))))) if prose else 0.0,
        "strange": float(min(3, strange_words(value))) if prose else 0.0,
        "small": max(0.0, _READABLE_PX - small) / 10.0,
        "poor": float(bool({"BLURRED", "LOW_RESOLUTION", "GLARE"} & set(page.quality.advice))),
        "untyped": 1.0 - type_conf,
        "single": float(len(page.readers) < 2),  # noqa: PLR2004 - one reader has nobody to agree with
    }
    unsure = [word for word in words if word.conf < _HALF and any(char.isdigit() for char in word.text)]
    if kind in _DIGITS_TOLD and unsure:
        found["doubtful_digit"] = float(len(unsure))
    if prose and (misread := misread_words(value, name=kind == "name")):
        found["misread"] = float(misread)
    return {name: round(number, 4) for name, number in found.items()}


def judged(fields: Mapping[str, FieldValue], contradicted: frozenset[str]) -> dict[str, FieldValue]:
    """The fields with their confidence, and whether they need no look.

    A value that something else on the paper contradicts, or that was not understood, always goes to a person.
    """
    weighed = calibration()
    done = {}
    for name, field in fields.items():
        if not field.evidence:  # said by a code: nothing was read
            done[name] = replace(field, accept=bool(field.value) and name not in contradicted)
            continue
        sure = weighed.confidence(field.evidence) if field.value else 0.0
        if name in contradicted:
            sure = min(sure, _CONTRADICTED)
        # A zone with check digits, or a card's code, tells letters from digits that look like them.
        settled = {"lookalike"} if field.evidence.get("agrees") else set()
        doubtful = any(field.evidence.get(why, 0.0) > 0 for why in NEVER if why not in settled)
        accept = bool(field.value) and sure >= weighed.accept_from and name not in contradicted and not doubtful
        done[name] = replace(field, confidence=sure, accept=accept)
    return done


def _logit(share: float) -> float:
    clipped = max(_LEAST, min(_MOST, share))
    return math.log(clipped / (1.0 - clipped + _ONE_PART))
