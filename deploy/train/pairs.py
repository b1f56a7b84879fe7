"""Write ocr/pairs.txt: pairs of Vietnamese words that this project's own texts write in one way only.

    python deploy/train/pairs.py

Taken from the catalogue (papers, procedures, reasons) and the messages: two neighbouring words that stand there at
least twice, and never with the same letters and other marks. Run it again when much was added to either.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from ocr.fold import fold
from ocr.phrases import plain_word
from ocr.syllable import is_syllable

TARGET = ROOT / "ocr" / "pairs.txt"
LEAST = 2
HEAD = "# Pairs of words that our own texts write in one way only, by deploy/train/pairs.py.\n"


def main() -> None:
    seen: Counter[tuple[str, str]] = Counter()
    for file in sorted([*ROOT.glob("vault/catalogue/**/*.yaml"), *ROOT.glob("vault/messages/*.yaml")]):
        text = unicodedata.normalize("NFC", file.read_text(encoding="utf-8"))
        for stretch in re.split(r"[^\w\s]|\n", text):
            words = [plain_word(word) if word.isalpha() else "" for word in stretch.split()]
            seen.update(pair for pair in pairwise(words) if all(word and is_syllable(word) for word in pair))
    ways: defaultdict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    for pair, count in seen.items():
        ways[fold(pair[0]), fold(pair[1])][pair] += count
    kept = sorted(" ".join(next(iter(found))) for found in ways.values() if len(found) == 1 and found.total() >= LEAST)
    TARGET.write_text(HEAD + "\n".join(kept) + "\n", encoding="utf-8")
    print(f"{len(kept)} pairs")


if __name__ == "__main__":
    main()
