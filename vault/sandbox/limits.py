"""What a child may use. The numbers travel to the zygote as JSON, so they are checked once more where they arrive."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one job. Sizes are bytes, times are seconds."""

    memory_bytes: int = 2_000_000_000  # address space of the child and, each for itself, of what it starts
    seconds: float = 120.0  # wall time, from the fork to the last byte of the answer
    answer_bytes: int = 600_000_000  # attachments of an answer, all together
    header_bytes: int = 64_000_000  # the JSON of an answer: 300 pages of words with boxes are 30 MB
    file_bytes: int = 600_000_000  # the largest file the child may write into its scratch folder
    open_files: int = 256
    children: int = 4  # jobs at a time; further callers wait
    queue_seconds: float = 300.0  # how long a caller waits for a free place before it is told to come back
