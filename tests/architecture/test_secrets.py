"""No secret lies in the tree: keys, tokens of services, pass words in addresses, long random texts beside their names.

A scan of our own: detect-secrets over this tree takes 27 s of processor and names 1,800 places, 1,754 of them golden
vectors and digests. Here each shape says what it is, and what stands here on purpose stands in `KNOWN`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SHAPES = {
    "private key": re.compile(
        r"-----BEGIN (?:RSA |EC |DSA |OPENSSH |PGP )?PRIVATE KEY(?: BLOCK)?-----\s*\n?[A-Za-z0-9+/=]{16}"
    ),
    "cloud access key": re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"),
    "token of a service": re.compile(
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40,}|glpat-[\w-]{20}|xox[abpr]-[\w-]{10,}|sk_live_\w{16,}|npm_\w{36}"
        r"|pypi-AgE\w{40,}|AIza[\w-]{35}|hvs\.[\w-]{24,})"
    ),
    "signed token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{16,}"),
    "pass word in an address": re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s:/@'\"{}%$]+:(?P<said>[^\s/@'\"{}%$…]{4,})@"),
    "named secret": re.compile(
        r"(?i)\b\w*(?:passw(?:or)?d|passphrase|secret|token|api_?key|access_?key|private_?key)\w*[\"']?\s*[:=]\s*"
        r"[\"'](?P<said>(?=[^\"']*\d)(?=[^\"']*[A-Za-z])[A-Za-z0-9+/=_.~-]{20,})[\"']"
    ),
}
BINARY = frozenset(
    {".png", ".xz", ".jpg", ".onnx", ".pdf", ".ttf", ".gz", ".ico", ".woff2", ".p12", ".der", ".tif", ".npz"}
)
GENERATED = ("tests/golden/qr/cases/", "deploy/lock/", "deploy/web/package-lock.json", "tests/golden/old_code/")
"""Digests, signatures and keys of golden vectors, made by generators from fixed seeds; hashes of packages."""
KNOWN = {
    "vault/config.py": frozenset({"password"}),
    "tests/integration/test_webhooks.py": frozenset({"pass"}),
}
"""What is there on purpose, by file: sample words that open nothing."""


def found_in(text: str) -> Iterator[tuple[str, str]]:
    """(shape, text) of everything that looks like a secret."""
    for shape, pattern in SHAPES.items():
        for match in pattern.finditer(text):
            yield shape, (match.groupdict().get("said") or match.group(0))[:60]


def test_no_secret_lies_in_the_tree(root: Path, tracked: list[Path]) -> None:
    found: dict[str, set[str]] = {}
    for path in tracked:
        if path.suffix in BINARY or str(path).startswith(GENERATED):
            continue
        text = (root / path).read_text(encoding="utf-8", errors="ignore")
        if seen := {said for _, said in found_in(text)}:
            found[str(path)] = seen
    new = {path: sorted(seen - KNOWN.get(path, frozenset())) for path, seen in found.items()}
    assert {path: seen for path, seen in new.items() if seen} == {}
    assert {path for path in KNOWN if path not in found} == set(), "nothing is known that is not there"


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ("private key", "-----BEGIN " + "PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEG"),
        ("private key", "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA"),
        ("cloud access key", "key = AKIA" + "Q3EGRIZUI4OXKXLM"),
        ("token of a service", "ghp_" + "a1B2" * 9),
        ("signed token", ".".join(("eyJ" + "hbGciOiJFUzI1", "eyJ" + "zdWIiOiIxMjM0", "c2lnbmF0dXJlLi4u" * 2))),
        ("pass word in an address", "postgresql://vault:" + "h4nghai2026@db.example.vn/vault"),
        ("named secret", 'S3_SECRET_KEY = "' + "wJalrXUtnFEMI7K7MDENG" + '"'),
        ("named secret", "client_secret: '" + "0f9a8b7c6d5e4f3a2b1c0d" + "'"),
    ],
)
def test_the_scan_finds_what_is_planted(shape: str, text: str) -> None:
    assert shape in {found for found, _ in found_in(f"x\n{text}\n")}


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://vault:…@db.example.vn/vault",
        'f"postgresql://vault:{password}@{host}"',
        "printf 'postgresql://vault:%s@postgres/vault'",
        "token = secrets.token_urlsafe(32)",
        "-----BEGIN ENCRYPTED " + "PRIVATE KEY-----\nMIIFHDBOBgkqhkiG9w0B",
        'password: "mật khẩu của bạn"',
    ],
)
def test_what_names_a_secret_without_telling_one_is_none(text: str) -> None:
    assert list(found_in(text)) == []
