"""Every code that anything raises has a sentence in both languages that says what to do, and names only known facts."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
import yaml

import qr
from vault import messages
from vault.domain.errors import Kind, VaultError
from vault.domain.holders import HolderNumberCode
from vault.domain.outside import Objection
from vault.domain.reuse import DemandCode
from vault.messages import Language, known, say

ROOT = Path(messages.__file__).resolve().parents[2]
KINDS = {"Invalid", "Forbidden", "NotFound", "Conflict", "Unavailable", "VaultError"}
ENUMS = {"Reason": qr.Reason, "Verdict": qr.Verdict}
CODE = re.compile(r"[A-Z][A-Z0-9_]+")
# Places that raise a code which is not written there, and where that code comes from.
PASSED_ON = {
    "vault/sandbox/client.py": "an engine's error, by its class",
    "vault/usecases/reuse/demand.py": "DemandCode",
    "vault/usecases/identify/second_factor.py": "SIGN_IN_WRONG or SECOND_FACTOR_WRONG, counted before it is raised",
    "vault/cli/papers.py": "signing's error, by its class",
    "vault/cli/crew.py": "signing's error, by its class",
    "vault/keys/credentials.py": "qr's error, by its code",
    "vault/bootstrap/app.py": "an engine's error, by its code",
    "vault/cli/checks.py": "signing's error, by its class",
    "vault/usecases/trust/request.py": "qr's error, by its code",
    "vault/usecases/trust/sign.py": "qr's error, by its code",
    "vault/usecases/trust/install.py": "qr's error, by its code",
    "vault/cli/trust.py": "qr's error, by its code",
    "vault/keys/ring.py": "qr's error, by its code",
    "qr/credential.py": "a decoder's Reason",
}
ERRORS = yaml.safe_load((ROOT / "vault/messages/errors.yaml").read_text(encoding="utf-8"))
UI = yaml.safe_load((ROOT / "vault/messages/ui.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", sorted((ROOT / "vault/messages").glob("*.yaml")), ids=lambda one: one.name)
def test_no_sentence_is_written_twice(file: Path) -> None:
    """YAML lets the second one win in silence: whoever asks by that code reads the words of something else."""
    keys = Counter(re.findall(r"^([\w.]+):", file.read_text(encoding="utf-8"), re.MULTILINE))
    assert [key for key, times in keys.items() if times > 1] == []


def sources() -> Iterator[tuple[str, ast.Module]]:
    for package in ("vault", "ocr", "signing", "qr"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def raised() -> Iterator[tuple[str, str | None, frozenset[str] | None]]:
    """(file, code or None when it is passed on, names of the facts or None when they are not written there)."""
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                yield from ((path, code, None) for code in _class_codes(node))
            elif isinstance(node, ast.Call) and node.args and _is_error(node.func):
                code, facts = _code(node.args[0]), {keyword.arg for keyword in node.keywords}
                own = _is_super(node.func)  # an error that passes its code, or its detail for the log, on to its base
                if CODE.fullmatch(code) if code else not own:
                    yield path, code, None if None in facts else frozenset(filter(None, facts))


def _class_codes(node: ast.ClassDef) -> Iterator[str]:
    for line in node.body:
        name = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
        value = getattr(line, "value", None)
        if isinstance(name, ast.Name) and name.id == "code" and isinstance(value, ast.Constant) and value.value:
            yield str(value.value)


def _is_super(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute) or function.attr != "__init__":
        return False
    return isinstance(function.value, ast.Call) and getattr(function.value.func, "id", "") == "super"


def _is_error(function: ast.expr) -> bool:
    if _is_super(function):
        return True
    name = getattr(function, "id", getattr(function, "attr", ""))
    return name in KINDS or (name.endswith("Error") and name in _QR_ERRORS)


_QR_ERRORS = {name for name in vars(qr) if name.endswith("Error")} | {
    node.name
    for path, tree in sources()
    if path == "qr/errors.py"
    for node in tree.body
    if isinstance(node, ast.ClassDef)
}


def _code(value: ast.expr) -> str | None:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name) and value.value.id in ENUMS:
        return str(ENUMS[value.value.id][value.attr].value)
    return None


RAISED = list(raised())
CODES = (
    {code for _, code, _ in RAISED if code}
    | {code.value for code in HolderNumberCode}
    | {code.value for code in Objection}
    | {code.value for code in DemandCode} - {"ALLOWED", "OVERRIDDEN"}
)


def test_the_walk_finds_what_is_there() -> None:
    assert {"ONCE_ONLY", "INTAKE_STATE", "BOMB", "KEY_UNUSABLE", "PARSER_TIMEOUT", "TOO_LONG", "PART_FAILED"} <= CODES
    assert len(CODES) > 140


def test_a_code_that_is_passed_on_comes_from_a_closed_set() -> None:
    assert {path for path, code, _ in RAISED if code is None} == set(PASSED_ON)


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_a_sentence_that_says_something(code: str) -> None:
    assert CODE.fullmatch(code)
    assert known(code), f"vault/messages/errors.yaml lacks {code}"
    vi, en = ERRORS[code]["vi"], ERRORS[code]["en"]
    assert vi != en
    for sentence in (vi, en):
        assert len(sentence.split()) >= 4, sentence
        assert sentence[-1] in ".:}", sentence
        assert sentence[0].isupper() or sentence[0] == "{", sentence


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_both_languages_name_the_same_facts_and_only_ones_that_are_given(code: str) -> None:
    entry = ERRORS[code]
    assert set(entry) == {"vi", "en"}
    named = {
        language: {name for _, name, _, _ in Formatter().parse(entry[language]) if name is not None}
        for language in entry
    }
    assert all(name.isidentifier() for names in named.values() for name in names)
    given = [facts for _, raised_code, facts in RAISED if raised_code == code and facts is not None]
    for facts in given:
        # A place that gives fewer facts would show a dash; the sentence must not be built around a missing one.
        assert named["vi"] | named["en"] <= facts | set().union(*given), (code, facts)
    if given and not any(facts is None for _, raised_code, facts in RAISED if raised_code == code):
        for facts in given:
            assert named["vi"] <= facts, f"{code}: {named['vi'] - facts} is not given everywhere"


def test_no_sentence_is_kept_for_a_code_that_nobody_raises() -> None:
    edges = {
        "NOT_FOUND",
        "METHOD_NOT_ALLOWED",
        "INVALID_REQUEST",
        "INTERNAL_ERROR",
        "USAGE",
        "SERVER_ERROR",
        "FILE_ACCESS",
    }
    assert set(ERRORS) - CODES - edges == set()


def test_codes_and_words_of_pages_do_not_share_a_key() -> None:
    assert not set(ERRORS) & set(UI)


@pytest.mark.parametrize("key", sorted(UI))
def test_every_word_of_the_pages_is_there_in_both_languages(key: str) -> None:
    entry = UI[key]
    assert set(entry) == {"vi", "en"}
    assert all(isinstance(text, str) and text.strip() for text in entry.values()), key
    names = [{name for _, name, _, _ in Formatter().parse(text) if name is not None} for text in entry.values()]
    assert names[0] == names[1], key


def test_every_key_that_a_page_uses_is_there() -> None:
    used: dict[str, str] = {}
    for path in sorted((ROOT / "vault/web").rglob("*.html")):
        for key in re.findall(r"""\bt\(\s*["']([\w.]+)["']""", path.read_text(encoding="utf-8")):
            used[key] = path.name
    for path, tree in sources():
        if path.startswith("vault/web/"):
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.Constant)
                    and isinstance(node.value, str)
                    and re.fullmatch(r"ui(\.\w+){2,}", node.value)
                ):
                    used[node.value] = path
    missing = {key: place for key, place in used.items() if not known(key) and not _is_prefix(key)}
    assert missing == {}


def _is_prefix(key: str) -> bool:
    """A word of a closed set is found by its prefix, e.g. `ui.state` and `ACTIVE`."""
    return any(one.startswith(f"{key.removesuffix('.')}.") for one in UI)


@pytest.mark.parametrize("language", Language)
def test_a_fact_may_have_any_name_and_any_value(language: Language) -> None:
    for name in ("key", "language", "facts", "self", "code"):
        assert say("FILE_TOO_LARGE", language, **{name: "x", "limit": 7}).count("7") == 1
    assert say("FILE_TOO_LARGE", language, limit="{0} {limit!r} %s").count("{0} {limit!r} %s") == 1
    assert "–" in say("FILE_TOO_LARGE", language)


def test_an_unknown_code_gives_itself() -> None:
    assert say("NOBODY_KNOWS_THIS") == "NOBODY_KNOWS_THIS"


def test_every_error_names_a_kind_and_prints_its_facts() -> None:
    for kind in VaultError.__subclasses__():
        error = kind("SOME_CODE", b=2, a="x")
        assert error.kind in Kind
        assert str(error) == "SOME_CODE(a='x', b=2)"
