"""Every command of the runbook is run by a test, or held by the test that its line here names; none is left out."""

from __future__ import annotations

import ast
import itertools
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests import runbook

RUN = {
    "On many machines": "tests/architecture/test_runbook.py::test_secrets_and_first_keys_are_made_as_the_runbook_says",
    "Keeping it whole": "tests/integration/test_restore.py::test_an_empty_machine_gets_everything_that_was_confirmed",
    "Rotate keys": "tests/integration/test_restore.py::test_an_empty_machine_gets_everything_that_was_confirmed",
    "Breach": "tests/integration/test_restore.py::test_an_empty_machine_gets_everything_that_was_confirmed",
    "Year-end numbers": "tests/integration/test_restore.py::test_an_empty_machine_gets_everything_that_was_confirmed",
}
"""Headings whose blocks a test takes out of the page and runs word for word (first and second block of the first)."""
_ARCHITECTURE, _INTEGRATION = "tests/architecture/test_", "tests/integration/test_"
NAMED = {
    r"export VAULT_\w+=": _ARCHITECTURE + "deploy.py::test_every_variable_in_the_documentation_is_a_setting",
    r"export KHO_SO_": _ARCHITECTURE + "runbook.py::test_folders_that_compose_mounts_are_the_ones_that_were_made",
    r"bash deploy/setup": _ARCHITECTURE + "cluster.py::test_the_image_holds_every_file_that_its_set_up_reads",
    r"bash deploy/release tag": _ARCHITECTURE + "release.py::test_a_release_is_a_tag_given_out_once_on_a_clean_commit",
    r"bash deploy/release keep ": _ARCHITECTURE + "release.py::test_what_is_kept_is_the_program_without_what_is_large",
    r"docker build ": _ARCHITECTURE + "cluster.py::test_the_program_of_the_image_starts_without_anything_beside_it",
    r"docker compose": _ARCHITECTURE + "deploy.py::test_a_container_engine_reads_it_alike",
    r"kubectl apply -[kf] ": _ARCHITECTURE + "cluster.py::test_kubectl_renders_it_alike",
    r"kubectl -n kho-so create secret ": _ARCHITECTURE + "runbook.py::test_secrets_of_the_cluster_are_what_pods_mount",
    r"kubectl -n kho-so (wait|scale) ": _ARCHITECTURE + "runbook.py::test_what_kubectl_names_is_in_the_set",
    r"chown -R 10001": _ARCHITECTURE + "cluster.py::test_our_processes_have_no_privilege_and_write_nowhere_but_in",
    r"apt install clamav-daemon": "tests/unit/vault/sandbox/test_clamd.py::",
    r'mkdir -p "\$VAULT_HOME" && cp -a ': _INTEGRATION + "restore.py::test_without_the_wrapping_keys_nothing_opens",
}
"""Commands that are not ours, and what a machine of its own needs: which test holds what they rest on."""
RUNNERS = {"vault", "vault_json", "main", "said", "invoke", "cli", "run", "told", "asked", "command", "ok"}


def runs(root: Path) -> set[tuple[str, ...]]:
    """First words of everything that some test hands to the command line."""
    found: set[tuple[str, ...]] = set()
    for file in (root / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for words in _words(node):
                found |= {tuple(words[:length]) for length in (1, 2, 3) if len(words) >= length}
    return found


def _words(node: ast.AST) -> Iterator[list[str]]:
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in RUNNERS:
            yield _strings(node.args)
    elif isinstance(node, ast.Tuple) and len(words := _strings(node.elts)) > 1 and words[0] in runbook.GROUPS:
        yield words
    elif isinstance(node, ast.List):
        first = node.elts[0] if node.elts else None
        if isinstance(first, ast.Constant):
            yield _strings(node.elts)
        elif first is not None and "vault" in ast.unparse(first).lower():
            yield _strings(node.elts[1:])


def _strings(elements: list[ast.expr]) -> list[str]:
    """The words that are written out, behind what a helper of the test takes first, up to the first that is not."""
    words = [one.value if isinstance(one, ast.Constant) and isinstance(one.value, str) else None for one in elements]
    behind = itertools.dropwhile(lambda word: word is None, words)
    return [word for word in itertools.takewhile(lambda word: word is not None, behind) if word is not None]


def test_every_command_of_the_runbook_is_run_by_a_test(root: Path) -> None:
    run, missing = runs(root), []
    taken = {command for heading in RUN for command in runbook.of(heading)}
    ours = {runbook.verb(command) for command in taken}
    everything = [*(one for block in runbook.blocks() for one in block.commands), *runbook.in_sentences()]
    assert len(everything) > 100
    for command in everything:
        verb = runbook.verb(command)
        if verb is not None and (verb in run or verb in ours):
            continue
        if command in taken or any(re.match(pattern, command) for pattern in NAMED):
            continue
        missing.append(command)
    assert missing == [], "run it in a test, or name the test that holds it in NAMED"


@pytest.mark.parametrize("named", sorted({*RUN.values(), *NAMED.values()}))
def test_every_named_test_is_there(root: Path, named: str) -> None:
    file, _, function = named.partition("::")
    assert f"def {function}" in (root / file).read_text(encoding="utf-8")


def test_no_line_here_is_about_a_command_that_is_gone() -> None:
    everything = [*(one for block in runbook.blocks() for one in block.commands), *runbook.in_sentences()]
    assert [one for one in NAMED if not any(re.match(one, command) for command in everything)] == []
    headings = {block.heading for block in runbook.blocks()}
    assert set(RUN) <= headings


def test_the_asked_chapters_are_there() -> None:
    text = runbook.PAGE.read_text(encoding="utf-8").lower()
    for chapter in (
        "on one machine", "first keys", "hsm", "who may sign in", "keys", "backup", "restore", "upgrade", "add a node",
        "lose a node", "rotate keys", "key compromise", "breach", "year-end numbers", "witnesses", "on a cluster",
    ):  # fmt: skip
        assert re.search(rf"^(##+ |\d\. \*\*|\*\*).*{chapter}", text, re.MULTILINE), chapter


@pytest.fixture(scope="module")
def made(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the first two blocks were run as they stand."""
    place = tmp_path_factory.mktemp("operator")
    (place / "deploy").mkdir()
    (place / ".venv").symlink_to(root / ".venv")
    secrets, keys = [block for block in runbook.blocks() if block.heading == "On many machines"][:2]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VAULT_")}  # noqa: TID251 - handed on
    for block in (secrets, keys):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.text],
            cwd=place, env=kept, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    return place


def test_secrets_and_first_keys_are_made_as_the_runbook_says(made: Path) -> None:
    private = made / "deploy" / "private"
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    secrets = {one.name: one.read_text(encoding="ascii") for one in (private / "secrets" / "vault").iterdir()}
    assert len(set(secrets.values())) == len(secrets)
    assert re.fullmatch(r"postgresql://vault_app:[0-9a-f]{48}@postgres/vault", secrets["vault_database_url"])
    owner = {one.name: one.read_text(encoding="ascii") for one in (private / "secrets" / "owner").iterdir()}
    assert re.fullmatch(r"postgresql://vault:[0-9a-f]{48}@postgres/vault", owner.pop("vault_owner_database_url"))
    assert owner == secrets
    password = (private / "secrets" / "vault_role_password").read_text(encoding="ascii")
    assert not any(password in one for one in secrets.values()), "the program is never told the owner's"
    assert secrets["vault_backup_database_url"].endswith("@postgres/postgres")
    names = {one.name for one in (private / "keys").iterdir()}
    assert {"ring.json", "wrapping.json", "log.pem"} <= names
    assert (made / "seal.csr").read_text(encoding="ascii").startswith("-----BEGIN CERTIFICATE REQUEST")
    for one in (private / "keys").iterdir():
        assert "PRIVATE KEY" not in one.read_text(encoding="utf-8", errors="ignore") or "ENCRYPTED" in one.read_text()


def test_folders_that_compose_mounts_are_the_ones_that_were_made(root: Path, made: Path) -> None:
    shape = yaml.safe_load((root / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    (line,) = [one for one in runbook.of("On many machines") if one.startswith("export KHO_SO_")]
    given = dict(re.findall(r"(KHO_SO_\w+)=(\S+)", line))

    def place(path: str) -> Path:
        return made / "deploy" / re.sub(r"\$\{(\w+):-[^}]*\}", lambda match: given[match.group(1)], path)

    for name in ("web", "worker", "prepare", "backup"):
        bound = [one["source"] for one in shape["services"][name]["volumes"] if isinstance(one, dict)]
        assert [path for path in bound if not place(path).is_dir()] == []
    wanted = [one["file"] for one in shape["secrets"].values()]
    assert [path for path in wanted if not place(path).is_file()] == []


def _kinds(root: Path) -> set[tuple[str, str]]:
    files = (root / "deploy" / "cluster").rglob("*.yaml")
    found = [one for file in files for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))]
    return {(one["kind"].lower(), one["metadata"]["name"]) for one in found if "metadata" in one}


def test_what_kubectl_names_is_in_the_set(root: Path) -> None:
    everything = [*(one for block in runbook.blocks() for one in block.commands), *runbook.in_sentences()]
    named = [match.groups() for one in everything if (match := re.search(r"kubectl .*?(deployment|job)[ /](\w+)", one))]
    assert len(named) >= 2
    assert set(named) <= _kinds(root)
    applied = [one.split()[-1] for one in everything if one.startswith("kubectl apply")]
    assert [one for one in applied if not (root / one).exists()] == []


def test_secrets_of_the_cluster_are_what_pods_mount(root: Path, made: Path) -> None:
    lines = [one for one in runbook.of("On a cluster") if " create secret " in one]
    names = {line.split()[6] for line in lines}
    pods = (
        (root / "deploy" / "cluster" / name).read_text(encoding="utf-8") for name in ("web.yaml", "migrate/job.yaml")
    )
    assert set(re.findall(r"secretName: ([\w-]+)", "".join(pods))) == names | {"kho-so-roots"}
    if shutil.which("kubectl"):
        for line in lines:
            done = subprocess.run(
                [*line.split(), "--dry-run=client", "--output=yaml"],
                cwd=made, capture_output=True, text=True, check=True,
            )  # fmt: skip
            assert yaml.safe_load(done.stdout)["data"]
