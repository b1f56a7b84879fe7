"""Trains the line reader on drawn lines for a given time; seeded, on one or a few CPU threads.

    python deploy/train/train.py BASE.onnx DATA HELD OUT.pt --minutes 50

DATA and HELD are folders of shards from `lines.py` and `papers.py`; shards that appear during training are taken in.
The learning rate rises for a twentieth of the time and falls to nothing at its end. Every few minutes the character
errors on HELD are printed and the weights (an exponential average of them) are written to OUT.pt.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent))
import words
from network import Network, begun

COLUMNS = 7680
"""Columns of one batch: 16 lines of 480 pixels."""
SIGN = {char: place for place, char in enumerate(words.ALPHABET, start=1)}
Line = tuple[np.ndarray, str]


def shard(path: Path) -> list[Line]:
    """The lines of one file."""
    held = np.load(path)
    texts = str(held["texts"]).split("\n")
    edges = np.concatenate([[0], np.cumsum(held["widths"])])
    strip = held["strip"]
    return [(strip[:, edges[n] : edges[n + 1]], text) for n, text in enumerate(texts)]


def batches(lines: list[Line], rng: random.Random) -> list[list[Line]]:
    """Lines of like width together, batches in random order."""
    ordered = sorted(lines, key=lambda line: line[0].shape[1] + rng.uniform(-12, 12))
    made: list[list[Line]] = [[]]
    for line in ordered:
        widest = max([line[0].shape[1], *(other[0].shape[1] for other in made[-1][-1:])])
        if made[-1] and (len(made[-1]) + 1) * widest > COLUMNS:
            made.append([])
        made[-1].append(line)
    rng.shuffle(made)
    return made


def stacked(lines: list[Line], rng: random.Random | None) -> torch.Tensor:
    """One tensor, padded with paper on the right as the reader pads."""
    widest = -(-max(picture.shape[1] for picture, _ in lines) // 16) * 16 + (rng.choice((0, 0, 16, 48)) if rng else 0)
    held = np.full((len(lines), 1, lines[0][0].shape[0], widest), 1.0, np.float32)
    for place, (picture, _) in enumerate(lines):
        grey = picture.astype(np.float32) / 127.5 - 1
        if rng is not None and rng.random() < 0.5:
            grey = np.clip(grey * rng.uniform(0.75, 1.15) + rng.uniform(-0.12, 0.12), -1, 1)
        left = min(rng.choice((0, 0, 1, 3)), widest - picture.shape[1]) if rng else 0
        held[place, 0, :, left : left + picture.shape[1]] = grey
    return torch.from_numpy(held).to(memory_format=torch.channels_last)


def distance(one: str, other: str) -> int:
    """Levenshtein."""
    row = list(range(len(other) + 1))
    for a, char in enumerate(one, start=1):
        before, row[0] = row[0], a
        for b, letter in enumerate(other, start=1):
            before, row[b] = row[b], min(row[b] + 1, row[b - 1] + 1, before + (char != letter))
    return row[-1]


def read(scores: torch.Tensor) -> list[str]:
    """Best path of each line."""
    said = []
    for path in scores.argmax(2).tolist():
        kept = [sign for place, sign in enumerate(path) if sign and (place == 0 or path[place - 1] != sign)]
        said.append("".join(words.ALPHABET[sign - 1] for sign in kept))
    return said


def errors(network: nn.Module, lines: list[Line]) -> float:
    """Character errors per hundred."""
    network.eval()
    wrong = total = 0
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for batch in batches(lines, random.Random(1)):
            for text, (_, truth) in zip(read(network(stacked(batch, None)).float()), batch, strict=True):
                wrong += distance(truth, text.strip())
                total += len(truth)
    network.train()
    return 100 * wrong / total


def asked() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("base", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("held", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=50)
    parser.add_argument("--rate", type=float, default=1.2e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", type=Path)
    return parser.parse_args()


def main() -> None:
    chosen = asked()
    torch.set_num_threads(chosen.threads)
    torch.manual_seed(chosen.seed)
    rng = random.Random(chosen.seed)
    network = begun(chosen.base, words.ALPHABET)
    if chosen.resume:
        network.load_state_dict(torch.load(chosen.resume, weights_only=True))
    network = network.to(memory_format=torch.channels_last)
    average = Network(len(words.ALPHABET) + 1).to(memory_format=torch.channels_last)
    average.load_state_dict(network.state_dict())
    decayed = [p for p in network.parameters() if p.ndim > 1]
    plain = [p for p in network.parameters() if p.ndim <= 1]
    groups: list[dict[str, Any]] = [{"params": decayed, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0.0}]
    descent = torch.optim.AdamW(groups, lr=chosen.rate, betas=(0.9, 0.98))
    loss_of = nn.CTCLoss(blank=0, zero_infinity=True)
    seen: dict[str, list[Line]] = {}
    held = {path.stem: shard(path) for path in sorted(chosen.held.glob("[!.]*.npz"))}
    start, told, step, count, mean = time.monotonic(), time.monotonic(), 0, 0, 0.0
    queue: list[list[Line]] = []
    while (done := (time.monotonic() - start) / (chosen.minutes * 60)) < 1:
        if not queue:
            for path in sorted(chosen.data.glob("[!.]*.npz")):
                if path.name not in seen:
                    seen[path.name] = shard(path)
            queue = batches([line for lines in seen.values() for line in lines], rng)[:400]
        batch = queue.pop()
        rate = chosen.rate * min(1.0, done / 0.05 + 0.02) * min(1.0, (1 - done) / 0.75)
        for group in descent.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16):
            scores = network(stacked(batch, rng))
        texts = [[SIGN[char] for char in text] for _, text in batch]
        lengths = torch.tensor([len(text) for text in texts])
        flat = torch.tensor([sign for text in texts for sign in text])
        chances = scores.float().log_softmax(2).transpose(0, 1)
        loss = loss_of(chances, flat, torch.full((len(batch),), chances.shape[0]), lengths)
        descent.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        descent.step()
        step, count, mean = step + 1, count + len(batch), 0.98 * mean + 0.02 * loss.item()
        keep = min(0.998, step / (step + 20))
        with torch.no_grad():
            for slow, fast in zip(average.parameters(), network.parameters(), strict=True):
                slow.lerp_(fast, 1 - keep)
        if step % 50 == 0:
            print(f"{done:.3f} step {step} lines {count} loss {mean:.3f}", flush=True)
        if time.monotonic() - told > 240:
            told = time.monotonic()
            print({name: round(errors(average, lines[:400]), 2) for name, lines in held.items()}, flush=True)
            torch.save(average.state_dict(), chosen.out)
    print({name: round(errors(average, lines), 2) for name, lines in held.items()}, flush=True)
    torch.save(average.state_dict(), chosen.out)


if __name__ == "__main__":
    main()
