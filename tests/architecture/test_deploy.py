"""The many-machine shape as it is written down: every variable is a setting, every image has a version, every path is
there. No container engine is needed; where one answers, it reads the file too.
"""  # noqa: D205 - one thought in two lines

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from vault.cli.main import main
from vault.config import Settings

OURS = ("web", "worker", "prepare", "backup")
OF_THE_PROGRAM = (
    "vault_database_url", "vault_s3_access_key", "vault_s3_secret_key", "vault_key_passphrase", "vault_metrics_token"
)  # fmt: skip
"""What must lie in the secrets folder."""
GIVEN = {
    "VAULT_PUBLIC_HOST": "kho.example.vn",
    "VAULT_AGENCY_CODE": "H24.900",
    "VAULT_AGENCY_NAME": "UBND phường Mẫu",
    "VAULT_TIMESTAMP_URL": "http://tsa.example.vn",
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    text = (Path(__file__).resolve().parents[2] / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    shape: dict[str, Any] = yaml.safe_load(text)
    return shape


def filled(value: object) -> str:
    """A compose value with its variables filled in: from GIVEN, else the default written behind `:-`."""

    def one(match: re.Match[str]) -> str:
        name, kind, rest = match.groups()
        if name in GIVEN:
            return GIVEN[name]
        assert kind == ":-", f"{name} has no default and is not documented as required"
        return rest

    return re.sub(r"\$\{(\w+)(:-|:\?)([^}]*)\}", one, str(value))


def test_the_five_parts_are_there(compose: dict[str, Any]) -> None:
    assert {"postgres", "objects", "web", "worker", "caddy"} <= set(compose["services"])


def test_every_variable_is_a_setting_and_together_they_are_valid(
    compose: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for secret in OF_THE_PROGRAM:
        assert secret.removeprefix("vault_") in Settings.model_fields, secret
        (tmp_path / secret).write_text(f"{secret}-value\n", encoding="utf-8")
    for name in OURS:
        service = compose["services"][name]
        for variable, value in service["environment"].items():
            if variable == "FORWARDED_ALLOW_IPS":
                continue
            assert variable.startswith("VAULT_")
            assert variable.removeprefix("VAULT_").lower() in Settings.model_fields, variable
            if value is not None:  # else it is handed on as it stands outside
                monkeypatch.setenv(variable, filled(value))
        settings = Settings(home=tmp_path, secrets=tmp_path)
        assert settings.environment == "production"
        assert settings.qr_host == "kho.example.vn"
        assert settings.database_url is not None
        assert settings.database_url.get_secret_value() == "vault_database_url-value"
        assert settings.s3_secret_key is not None
        assert settings.key_passphrase is not None


NOT_HANDED_ON = {
    "home": "set", "secrets": "set", "environment": "set", "http_host": "of each process", "http_port": "of the image",
    "metrics_port": "of the worker", "web_processes": "--scale", "workers": "--scale", "worker_jobs": "an option",
    "database_url": "a secret", "s3_access_key": "a secret", "s3_secret_key": "a secret", "key_passphrase": "a secret",
    "metrics_token": "a secret", "owner_database_url": "a secret of `prepare` alone",
}  # fmt: skip


def test_every_setting_can_be_given(compose: dict[str, Any]) -> None:
    """None of them needs a second file: what is new in `Settings` is handed on, or stands above with its reason."""
    for name in OURS:
        handed = {one.removeprefix("VAULT_").lower() for one in compose["services"][name]["environment"]}
        assert set(Settings.model_fields) - handed - set(NOT_HANDED_ON) == set(), name


def test_the_folders_that_our_processes_need_are_there(compose: dict[str, Any], root: Path) -> None:
    recipe = (root / "deploy" / "Containerfile").read_text(encoding="utf-8")
    for name in ("web", "worker", "prepare"):
        service = compose["services"][name]
        mounted = {volume["target"] for volume in service["volumes"]}
        assert mounted == {"/run/secrets", "/var/lib/vault/keys", "/var/lib/vault/roots"}
        assert any(one.startswith("/var/lib/vault/scratch") for one in service["tmpfs"]), "the root is read-only"
        for folder in (*mounted - {"/run/secrets"}, "/var/lib/vault/scratch", "/var/lib/vault/backup"):
            assert folder in recipe
    # Found by starting it: a tmpfs over a folder takes that folder's mode with older runtimes, and what `vault roots
    # add` writes is its owner's alone, as keys are.
    assert re.search(r"install -d .*-m 1777 /var/lib/vault/scratch", recipe)
    page = (root / "deploy" / "README.md").read_text(encoding="utf-8")
    assert "chown -R 10001:10001 deploy/private/keys deploy/private/roots" in page


def test_the_builder_is_sent_what_the_image_is_made_of_and_no_secret(root: Path) -> None:
    deploy = root / "deploy"
    rules = [line for line in (deploy / "Containerfile.dockerignore").read_text(encoding="utf-8").splitlines() if line]
    allowed = {line[1:] for line in rules if line.startswith("!")}
    assert rules[1] == "*"
    copied = re.findall(r"^COPY (.+) \S+$", (deploy / "Containerfile").read_text(encoding="utf-8"), re.MULTILINE)
    for name in (word for line in copied for word in line.split()):
        assert any(name == one or name.startswith(f"{one}/") for one in allowed), name
    assert not any("private".startswith(one) or one in {"deploy", ".vault", ".git"} for one in allowed)


def test_web_believes_caddy_alone_and_caddy_lets_batches_through(compose: dict[str, Any], root: Path) -> None:
    (network,) = compose["networks"]["default"]["ipam"]["config"]
    assert compose["services"]["web"]["environment"]["FORWARDED_ALLOW_IPS"] == network["subnet"]
    assert "ports" not in compose["services"]["web"]
    front = (root / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    sizes = {name: int(size) * 1_000_000 for name, size in re.findall(r"body @(\w+) \{\s*max_size (\d+)MB", front)}
    limits = {name: Settings.model_fields[f"max_{name}_bytes"].default for name in ("batch", "upload")}
    assert sizes["batches"] > limits["batch"]
    assert sizes["others"] > limits["upload"]
    paths = re.findall(r"@batches path (.+)", front)[0].split()
    assert {"/so-hoa/tap", "/api/v1/batches"} <= set(paths)
    assert re.findall(r"@others not path (.+)", front)[0].split() == paths


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if len(field.description or "") < 15] == []


def test_every_image_has_a_version(compose: dict[str, Any], root: Path) -> None:
    images = [service["image"] for service in compose["services"].values()]
    images += re.findall(r"^FROM (\S+)", (root / "deploy" / "Containerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert [
        image for image in images if not re.fullmatch(r"[\w./-]+:v?\d+(\.\d+)+(-\w+)?|postgres:\d+\.\d+", image)
    ] == []


def test_every_command_is_one_of_the_program(compose: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """With the options that it names; whoever has no command runs the image's own."""
    told = {name: service.get("command") for name, service in compose["services"].items() if name in OURS}
    assert {name for name, command in told.items() if command is None} == {"web"}
    for command in filter(None, told.values()):
        program, *words = command
        assert program == "vault"
        verb = words[:2] if words[0] == "db" else words[:1]
        assert main([*verb, "--help"]) == 0
        known = capsys.readouterr().out
        options = [word for word in words if word.startswith("--")]
        assert [one for one in options if one not in known] == [], command
        values = [word for word in words if word not in {*verb, *options}]
        assert all(one.isdigit() for one in values), "the seconds of --follow"


def test_every_part_is_watched_and_waits_for_what_it_needs(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, service in services.items():
        for other, condition in service.get("depends_on", {}).items():
            assert other in services, name
            if condition["condition"] == "service_healthy":
                assert "healthcheck" in services[other], other
        once = any(
            other.get("depends_on", {}).get(name, {}).get("condition") == "service_completed_successfully"
            for other in services.values()
        )
        assert once or "healthcheck" in service, name


def test_health_is_asked_by_get_and_measures_lie_in_their_volume(compose: dict[str, Any]) -> None:
    """Found by starting it: Caddy answers 405 to the HEAD of `wget --spider` and would never have become healthy."""
    for name, service in compose["services"].items():
        assert "--spider" not in service.get("healthcheck", {}).get("test", []), name
    assert "--storage.tsdb.path=/prometheus" in compose["services"]["prometheus"]["command"]


def test_every_secret_and_volume_is_declared(compose: dict[str, Any], root: Path) -> None:
    for name, service in compose["services"].items():
        assert set(service.get("secrets", [])) <= set(compose["secrets"]), name
        for volume in service.get("volumes", []):
            source = volume["source"] if isinstance(volume, dict) else volume.partition(":")[0]
            source = source if not source.startswith("${KHO_SO_") else "$"
            if source.startswith("./"):
                assert (root / "deploy" / source).is_file(), volume
            elif not source.startswith("$"):
                assert source in compose["volumes"], volume


def test_our_processes_have_no_privilege_and_write_nowhere(compose: dict[str, Any]) -> None:
    for name in OURS:
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]


def test_no_secret_stands_in_the_file(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for variable, value in service.get("environment", {}).items():
            if value is not None and re.search(r"PASSWORD|SECRET_KEY|PASSPHRASE|DATABASE_URL", variable):
                assert str(value).startswith("/run/secrets/"), variable


def test_the_image_is_made_of_files_that_are_there(root: Path) -> None:
    recipe = (root / "deploy" / "Containerfile").read_text(encoding="utf-8")
    sources = [word for line in re.findall(r"^COPY (.+) \S+$", recipe, re.MULTILINE) for word in line.split()]
    assert len(sources) > 5
    assert [source for source in sources if not (root / source).exists()] == []


def test_the_web_command_of_the_image_names_a_real_factory(root: Path) -> None:
    (target,) = re.findall(r'"uvicorn", "([\w.:]+)"', (root / "deploy" / "Containerfile").read_text(encoding="utf-8"))
    module, _, factory = target.partition(":")
    source = (root / Path(*module.split("."))).with_suffix(".py").read_text(encoding="utf-8")
    assert f"def {factory}(" in source


@pytest.mark.skipif(shutil.which("docker") is None, reason="no container engine is installed")
def test_a_container_engine_reads_it_alike(root: Path) -> None:
    docker = ["docker", "compose"]
    if subprocess.run([*docker, "version"], capture_output=True, check=False).returncode != 0:
        pytest.skip("docker has no compose here")
    read = subprocess.run(
        [*docker, "-f", str(root / "deploy" / "compose.yaml"), "config", "--quiet"],
        capture_output=True, text=True, check=False, env={**GIVEN, "PATH": "/usr/local/bin:/usr/bin:/bin"},
    )  # fmt: skip
    assert read.returncode == 0, read.stderr


@pytest.mark.parametrize("page", ["README.md", "deploy/README.md"])
def test_every_variable_in_the_documentation_is_a_setting(root: Path, page: str) -> None:
    named = set(re.findall(r"\bVAULT_([A-Z0-9_]+)\b", (root / page).read_text(encoding="utf-8")))
    assert {name for name in named if name.lower() not in Settings.model_fields} <= {"VECTORS", "SAMPLES"}


def test_every_benchmark_takes_json(root: Path) -> None:
    """`bash deploy/bench NAME --json` is the public form: a script that reads its arguments must know the word."""
    scripts = sorted((root / "deploy").glob("bench_*.py"))
    assert len(scripts) >= 8
    sources = {script.name: script.read_text(encoding="utf-8") for script in scripts}
    assert [
        name for name, text in sources.items() if "parse_args" in text and 'add_argument("--json"' not in text
    ] == []


def test_every_benchmark_ends_with_name_and_figures(root: Path) -> None:
    sources = {one.name: one.read_text(encoding="utf-8") for one in (root / "deploy").glob("bench_*.py")}
    told = ("last_line(", '"figures": ')
    assert [name for name, text in sources.items() if not any(word in text for word in told)] == []
