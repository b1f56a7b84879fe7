"""The cluster set as it is written down: rendered as `kubectl kustomize` does, valid under Kubernetes' own schemas, in
step with the program (every setting, probe and command in it exists). No cluster is needed.
"""  # noqa: D205 - one thought in two lines

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from vault.bootstrap import build
from vault.cli.main import main
from vault.config import Settings
from vault.web.main import create

VERSIONS = ("1.31", "1.37")
"""The oldest that is spoken for here, and the newest whose schemas are at hand."""
SETS = ("", "migrate", "postgres")
UNDERSTOOD = {"apiVersion", "kind", "namespace", "images", "resources"}
OF_OPERATORS = {"postgresql.cnpg.io/v1"}
"""Kinds that an operator brings: their schemas are not Kubernetes' own, so they are read by a test of their own."""


def rendered(folder: Path) -> list[dict[str, Any]]:
    """What `kubectl kustomize` gives of a kustomization that uses only `UNDERSTOOD`."""
    plan = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    assert set(plan) <= UNDERSTOOD, "this test renders no more than that"
    images = {one["name"]: f"{one['newName']}:{one['newTag']}" for one in plan.get("images", ())}
    found = []
    for name in plan["resources"]:
        for one in yaml.safe_load_all((folder / name).read_text(encoding="utf-8")):
            if one["kind"] != "Namespace":
                one["metadata"]["namespace"] = plan["namespace"]
            for container in containers(one):
                container["image"] = images[container["image"]]
            found.append(one)
    return found


def pod_of(one: dict[str, Any]) -> dict[str, Any] | None:
    """The pod that a workload makes."""
    spec = one.get("spec", {})
    if one["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    template: dict[str, Any] = spec.get("template") or {}
    return template.get("spec")


def containers(one: dict[str, Any]) -> list[dict[str, Any]]:
    pod = pod_of(one)
    return pod["containers"] if pod else []


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "deploy" / "cluster"


@pytest.fixture(scope="module")
def everything(folder: Path) -> list[dict[str, Any]]:
    return [one for name in SETS for one in rendered(folder / name)]


def workloads(everything: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for one in everything:
        pod = pod_of(one)
        if pod is not None:
            yield one["metadata"]["name"], one, pod


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_is_what_kubernetes_expects(everything: list[dict[str, Any]], version: str) -> None:
    checked = [one for one in everything if one["apiVersion"] not in OF_OPERATORS]
    assert len(checked) >= 14
    for one in checked:
        kubernetes_validate.validate(one, version, strict=True)


def test_a_wrong_object_would_be_seen(everything: list[dict[str, Any]]) -> None:
    wrong = next(one for one in everything if one["kind"] == "Deployment") | {"spec": {"replikas": 2}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[0], strict=True)


def test_all_parts_are_there(everything: list[dict[str, Any]]) -> None:
    names = {(one["kind"], one["metadata"]["name"]) for one in everything}
    assert names >= {
        ("Deployment", "web"), ("Deployment", "worker"), ("StatefulSet", "backup"), ("Job", "migrate"),
        ("PodDisruptionBudget", "web"), ("PodDisruptionBudget", "worker"), ("Cluster", "postgres"), ("Ingress", "web"),
        ("CronJob", "reconcile"), ("CronJob", "fsck"), ("CronJob", "scrub"), ("NetworkPolicy", "nobody-comes-in"),
    }  # fmt: skip


def test_our_processes_have_no_privilege_and_write_nowhere_but_in_their_volumes(
    everything: list[dict[str, Any]],
) -> None:
    seen = 0
    for name, _, pod in workloads(everything):
        identity = pod["securityContext"]
        assert (identity["runAsNonRoot"], identity["runAsUser"]) == (True, 10001), name
        assert identity["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        for container in pod["containers"]:
            least = container["securityContext"]
            assert least["readOnlyRootFilesystem"] is True, name
            assert least["allowPrivilegeEscalation"] is False, name
            assert least["capabilities"] == {"drop": ["ALL"]}, name
            assert container["resources"]["limits"]["memory"], name
            assert container["image"].startswith("registry.example.vn/kho-so:"), name
            mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
            assert [one for one in ("secrets", "keys", "roots") if not mounts[one].get("readOnly")] == [], name
            claimed = {one["metadata"]["name"] for one in _claims(everything, name)}
            assert set(mounts) == {volume["name"] for volume in pod["volumes"]} | claimed, name
            seen += 1
    assert seen == 7


def _claims(everything: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    owner = next(one for one in everything if one["metadata"]["name"] == name and pod_of(one))
    found: list[dict[str, Any]] = owner["spec"].get("volumeClaimTemplates", [])
    return found


def test_every_setting_is_one_and_all_together_are_valid(
    everything: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings,) = [one["data"] for one in everything if one["kind"] == "ConfigMap"][:1]
    for variable, value in settings.items():
        assert variable.removeprefix("VAULT_").lower() in Settings.model_fields, variable
        monkeypatch.setenv(variable, value)
    for _, _, pod in workloads(everything):
        for container in pod["containers"]:
            assert container["envFrom"] == [{"configMapRef": {"name": "kho-so"}}]
            for one in container.get("env", ()):
                known = one["name"] == "FORWARDED_ALLOW_IPS" or one["name"].removeprefix("VAULT_").lower() in (
                    Settings.model_fields
                )
                assert known, one
    monkeypatch.setenv("VAULT_SECRETS", str(tmp_path))
    found = Settings()
    assert (found.environment, found.secure_cookies, found.qr_host) == ("production", True, "kho.example.vn")
    (host,) = {rule["host"] for one in everything if one["kind"] == "Ingress" for rule in one["spec"]["rules"]}
    assert host == found.qr_host


def test_probes_ask_what_the_program_answers(everything: list[dict[str, Any]], tmp_path: Path) -> None:
    routes = set(create(build(Settings(home=tmp_path))).openapi()["paths"]) | {"/healthz", "/readyz"}
    for name, one, pod in workloads(everything):
        lasting = one["kind"] in {"Deployment", "StatefulSet"}
        for container in pod["containers"]:
            probes = [container.get(f"{kind}Probe") for kind in ("liveness", "readiness")]
            assert all(probes) == lasting, name
            ports = {port["name"] for port in container.get("ports", ())}
            for probe in filter(None, probes):
                asked = probe.get("httpGet") or probe.get("tcpSocket")
                assert asked is None or asked["port"] in ports, name
                assert "httpGet" not in probe or asked["path"] in routes, name


def test_commands_of_the_set_are_commands_of_the_program(
    everything: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    seen = set()
    for name, _, pod in workloads(everything):
        for container in pod["containers"]:
            command = container.get("command")
            if command is None:
                assert name == "web", "the image's own command"
                continue
            assert command[0] == "vault"
            words = [word for word in command[1:3] if not word.startswith("-")]
            verb = words[:2] if words[0] == "db" else words[:1]
            assert main([*verb, "--help"]) == 0
            told = capsys.readouterr().out
            options = [word for word in command if word.startswith("--")]
            assert [option for option in options if option not in told] == [], command
            seen.add(verb[-1])
    assert seen == {"worker", "backup", "upgrade", "reconcile", "fsck", "scrub"}


def test_budgets_services_and_walls_point_at_pods_that_are_there(everything: list[dict[str, Any]]) -> None:
    labels = [
        one["spec"]["template"]["metadata"]["labels"]
        for one in everything
        if one["kind"] in {"Deployment", "StatefulSet"}
    ]
    for one in everything:
        spec = one.get("spec", {})
        wanted = {
            "Service": lambda spec=spec: spec["selector"],
            "PodDisruptionBudget": lambda spec=spec: spec["selector"]["matchLabels"],
            "NetworkPolicy": lambda spec=spec: spec["podSelector"].get("matchLabels", {}),
        }.get(one["kind"])
        if wanted is None or "cnpg.io/cluster" in wanted():
            continue
        assert any(wanted().items() <= pod.items() for pod in labels), one["metadata"]["name"]
    named = {(one["kind"], one["metadata"]["name"]): one for one in everything}
    web, budget = named["Deployment", "web"], named["PodDisruptionBudget", "web"]
    assert budget["spec"]["minAvailable"] < web["spec"]["replicas"], "a node can be emptied"


def test_the_operator_s_database_has_the_roles_that_the_program_needs(everything: list[dict[str, Any]]) -> None:
    (cluster,) = [one for one in everything if one["kind"] == "Cluster"]
    made = "\n".join(cluster["spec"]["bootstrap"]["initdb"]["postInitSQL"])
    for role in ("vault_app", "vault_program", "vault_backup"):
        assert f"CREATE ROLE {role}" in made
    assert "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO vault_backup" in made
    assert "GRANT vault_program TO vault_app" in made
    assert {"vault_app", "vault_backup"} <= {one["name"] for one in cluster["spec"]["managed"]["roles"]}
    for one in everything:
        owner = "kho-so-owner-secrets" in str(one)
        assert owner is (one["metadata"]["name"] == "migrate"), "nobody else can sign in as the owner"
    assert cluster["spec"]["instances"] >= 3
    assert cluster["spec"]["postgresql"]["synchronous"]["number"] >= 1


def test_no_secret_stands_in_the_set(folder: Path) -> None:
    text = "\n".join(one.read_text(encoding="utf-8") for one in folder.rglob("*.yaml"))
    assert "kind: Secret\n" not in text
    assert not any(word in text for word in ("VAULT_DATABASE_URL", "VAULT_KEY_PASSPHRASE", "VAULT_S3_SECRET_KEY"))


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl is installed")
@pytest.mark.parametrize("name", SETS)
def test_kubectl_renders_it_alike(folder: Path, name: str) -> None:
    done = subprocess.run(
        ["kubectl", "kustomize", "--load-restrictor=LoadRestrictionsNone", str(folder / name)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    key = lambda one: (one["kind"], one["metadata"]["name"])  # noqa: E731 - one order for both
    assert sorted(yaml.safe_load_all(done.stdout), key=key) == sorted(rendered(folder / name), key=key)


# --- the image -------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def image(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the Containerfile's COPY steps leave in the image, in a plain folder."""
    target = tmp_path_factory.mktemp("image")
    for line in (root / "deploy" / "Containerfile").read_text(encoding="utf-8").splitlines():
        if not line.startswith("COPY "):
            continue
        *sources, place = line.split()[1:]
        for source in sources:
            into = target / place
            if (root / source).is_dir():
                skip = shutil.ignore_patterns("__pycache__", "vendor")
                shutil.copytree(root / source, into, ignore=skip)
            else:
                into = into / Path(source).name if place.endswith("/") else into
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(root / source, into)
    return target


def test_the_image_holds_every_file_that_its_set_up_reads(image: Path) -> None:
    """Set-up stops at a file that is not there: the image could not be built without `deploy/models`."""
    text = (image / "deploy" / "setup").read_text(encoding="utf-8")
    read = set(re.findall(r"deploy/(?:lock/\w+\.txt|models|web/package-lock\.json|setup)\b", text))
    assert {"deploy/models", "deploy/lock/uv.txt"} <= read
    assert [name for name in read | {"deploy/lock/run.txt", "pyproject.toml"} if not (image / name).exists()] == []


def test_the_program_of_the_image_starts_without_anything_beside_it(image: Path, root: Path) -> None:
    """Tests, benchmarks and shared folders are not in it: nothing that runs there may lean on them."""
    asked = "import vault.web.main as m, vault.worker, vault.cli.main as c; print(m.__file__); c.main(['--version'])"
    done = subprocess.run(
        [root / ".venv" / "bin" / "python", "-P", "-c", asked],
        cwd=image, env={"PYTHONPATH": str(image), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert str(image) in done.stdout
