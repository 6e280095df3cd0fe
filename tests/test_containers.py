"""compose.yaml, Dockerfile, Caddyfile, the command line and docs/operations.md say the same."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cyclopts import CycloptsError
from sqlalchemy import make_url

from tests.helpers.compose_file import (
    OUR_SERVICES,
    OURS,
    ROOT,
    SERVICES,
    bytes_of,
    compose,
    documented,
    environment,
    health_command,
    instructions,
    said,
    variables,
)
from warpack.service.cli import doctor_settings
from warpack.service.cli.app import build
from warpack.service.settings import Settings

PROFILES = {
    "embedded": {"embedded"},
    "cluster": {"proxy", "api-1", "api-2", "solver-1", "solver-2", "database"},
    "gpu": {"gpu"},
}
TARGETS = {"warpack": "service", "warpack-worker": "worker"}
READERS = 4
"""Children of a process that answers calls, whatever work it does besides: see docs/operations.md."""
PAGE = documented("Containers")


def understood(arguments: list[str]) -> dict[str, Any]:
    """What the command line makes of it. Raises CycloptsError where it knows no such command or option."""
    return build(None).parse_args(arguments, exit_on_error=False, print_error=False)[1].arguments


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the secrets, which the documented commands have made."""
    folder = tmp_path_factory.mktemp("prepared")
    making = [line for line in PAGE if "secrets" in line and not line.startswith("docker")]
    subprocess.run(["bash", "-e"], input="\n".join(making), text=True, cwd=folder, check=True)
    return folder


def environment_of(name: str) -> dict[str, str]:
    return environment(TARGETS[SERVICES[name]["image"]]) | SERVICES[name].get("environment", {})


def test_every_profile_has_the_containers_that_it_is_documented_to_have() -> None:
    found: dict[str, set[str]] = {}
    for name, service in SERVICES.items():
        for profile in service["profiles"]:
            found.setdefault(profile, set()).add(name)
    assert found == PROFILES
    for profile in PROFILES:
        assert f"docker compose --profile {profile} up -d" in PAGE


@pytest.mark.parametrize("name", OUR_SERVICES)
def test_every_container_is_started_as_the_command_line_has_it(name: str) -> None:
    asked = understood(SERVICES[name]["command"])
    if name.startswith("api"):
        assert asked == {"workers": 0}
    if name == "gpu":
        assert asked == {"gpu": True}
        assert {"WARPACK_GATEWAY", "WARPACK_TOKEN"} <= SERVICES[name]["environment"].keys()


@pytest.mark.parametrize("target", TARGETS.values())
def test_every_image_starts_and_is_looked_after_as_the_command_line_has_it(target: str) -> None:
    assert json.loads(said(target, "ENTRYPOINT")) == ["warpack"]
    understood(json.loads(said(target, "CMD")))
    program, *arguments = health_command(target)
    if program == "warpack":
        understood(arguments)
    else:
        compile(arguments[-1], "health", "exec")


def test_a_command_that_is_none_would_be_found() -> None:
    for wrong in (["serve", "--workers", "many"], ["worker", "--gatway", "x"], ["server"]):
        with pytest.raises(CycloptsError):
            understood(wrong)


def test_what_builds_without_docker_names_the_same_targets_and_images() -> None:
    built = [shlex.split(line) for line in documented("Images without Docker") if line.startswith("buildah bud")]
    assert {words[words.index("-t") + 1]: words[words.index("--target") + 1] for words in built} == TARGETS
    for words in built:
        name = words[words.index("--build-arg") + 1].partition("=")[0]
        assert f"ARG {name}=" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_every_documented_command_is_one() -> None:
    inside = [command for line in PAGE if (command := _of_warpack(shlex.split(line))) is not None]
    assert len(inside) >= 4
    for command in inside:
        understood(command)


def _of_warpack(words: list[str]) -> list[str] | None:
    """What the command line gets of a documented line: `docker run … IMAGE these` or `docker compose … exec NAME
    warpack these`."""
    if words[:2] == ["docker", "run"]:
        image = next(word for word in words if word in OURS)
        return words[words.index(image) + 1 :]
    if words[:2] == ["docker", "compose"] and "exec" in words:
        assert words[3] in PROFILES
        name, program, *arguments = words[words.index("exec") + 1 :]
        assert name in PROFILES[words[3]]
        return arguments if program == "warpack" else None
    return None


@pytest.mark.parametrize("name", OUR_SERVICES)
def test_every_variable_of_a_container_is_a_setting_with_a_good_value(
    name: str, monkeypatch: pytest.MonkeyPatch, prepared: Path
) -> None:
    for variable, value in environment_of(name).items():
        if variable.startswith("WARPACK_"):
            monkeypatch.setenv(variable, value.replace("/run/secrets", str(prepared / "secrets")))
    settings, wrong = doctor_settings.examine(None)
    assert not wrong
    assert {setting.name for setting in settings} > {"data_dir", "child_memory_mib"}


def test_the_documented_files_have_one_password_for_the_database_and_its_callers(
    monkeypatch: pytest.MonkeyPatch, prepared: Path
) -> None:
    monkeypatch.setenv("WARPACK_CONFIG", str(prepared / "secrets" / "warpack.toml"))
    url = make_url(Settings().store_url)
    database = SERVICES["database"]["environment"]
    assert url.password == (prepared / "secrets" / "database-password").read_text()
    assert len(url.password) == 64
    assert (url.host, url.username, url.database) == ("database", database["POSTGRES_USER"], database["POSTGRES_DB"])


def test_the_documented_files_are_those_that_compose_wants_and_their_folder_is_closed(prepared: Path) -> None:
    for secret in compose()["secrets"].values():
        assert (prepared / secret["file"]).is_file()
    assert (prepared / "secrets").stat().st_mode & 0o077 == 0


def test_no_secret_stands_in_the_file_itself() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|TOKEN|KEY|SECRET|URL", variable):
                assert value == "" or value.startswith("/run/secrets/"), f"{name}: {variable}"


@pytest.mark.parametrize("name", OUR_SERVICES)
def test_every_image_comes_from_a_target_of_the_dockerfile(name: str) -> None:
    image, target = SERVICES[name]["image"], SERVICES[name]["build"]["target"]
    assert TARGETS[image] == target
    assert instructions(target)
    assert f"docker build --target {target} -t {image} ." in PAGE


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_shut_in(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "network_mode", "pid", "ipc", "devices", "userns_mode"} & service.keys()
    assert bytes_of(service["mem_limit"]) <= 32 * 2**30
    assert 0 < service["pids_limit"] <= 4096
    assert any(place.startswith("/tmp:size=") for place in service["tmpfs"])


@pytest.mark.parametrize("name", SERVICES)
def test_only_named_volumes_are_written(name: str) -> None:
    for mounted in SERVICES[name]["volumes"]:
        source, target, *mode = mounted.split(":")
        assert mode == ["ro"] or source in compose()["volumes"]
        if SERVICES[name]["image"] in OURS and mode != ["ro"]:
            assert target == "/data"


@pytest.mark.parametrize("target", TARGETS.values())
def test_an_image_writes_where_a_container_has_something_to_write_to(target: str) -> None:
    places = {name: value for name, value in environment(target).items() if name.endswith(("HOME", "DIR"))}
    assert {"HOME", "TMPDIR", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR", "WARPACK_DATA_DIR", "WARPACK_CACHE_DIR"} == set(
        places
    )
    assert all(re.fullmatch(r"/(data|tmp)(/.*)?", place) for place in places.values())
    assert said(target, "VOLUME") == "/data"
    assert said(target, "USER").split(":")[0] not in ("0", "root")


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_published_on_loopback_only(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert port.startswith("127.0.0.1:")
    assert bool(SERVICES[name].get("ports")) == (name in ("embedded", "proxy"))


@pytest.mark.parametrize("name", OUR_SERVICES)
def test_a_container_has_memory_for_all_its_children(name: str) -> None:
    asked = understood(SERVICES[name]["command"])
    at_a_time = 0 if name == "gpu" else asked.get("workers", asked.get("concurrency"))
    children = READERS * ("serve" in SERVICES[name]["command"]) + 2 * at_a_time + (name == "gpu")
    child_bytes = int(SERVICES[name]["environment"]["WARPACK_CHILD_MEMORY_MIB"]) * 2**20
    assert bytes_of(SERVICES[name]["mem_limit"]) >= children * child_bytes + 2**29


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_container_refers_to_is_there(name: str) -> None:
    service, whole = SERVICES[name], compose()
    assert set(service.get("secrets", [])) <= whole["secrets"].keys()
    assert set(service["networks"]) <= whole["networks"].keys()
    for other, wanted in service.get("depends_on", {}).items():
        assert wanted == {"condition": "service_healthy"}
        assert SERVICES[other]["profiles"] == service["profiles"]
        looked_after = "healthcheck" in SERVICES[other] or SERVICES[other]["image"] in OURS
        assert looked_after


def test_the_nodes_and_the_database_reach_nothing_outside() -> None:
    inside = {name for name, network in compose()["networks"].items() if (network or {}).get("internal")}
    for name in PROFILES["cluster"] - {"proxy"}:
        assert set(SERVICES[name]["networks"]) <= inside


def test_the_proxy_asks_every_node_and_no_other() -> None:
    text = (ROOT / "Caddyfile").read_text(encoding="utf-8")
    (upstreams,) = re.findall(r"(?m)^\treverse_proxy (.*) \{$", text)
    port = environment("service")["WARPACK_PORT"]
    assert set(upstreams.split()) == {f"{name}:{port}" for name in SERVICES if name.startswith("api")}
    assert set(re.findall(r"\{\$(\w+)", text)) == SERVICES["proxy"]["environment"].keys()
    (published,) = SERVICES["proxy"]["ports"]
    assert f":{published.rpartition(':')[2]} {{" in text
    assert SERVICES["proxy"]["healthcheck"]["test"][-1].rstrip("/") in text
    assert "flush_interval -1" in text


def test_every_variable_of_compose_is_documented() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert {name for name in variables() if name not in page} == set()


def test_one_name_is_what_the_proxy_has_a_certificate_for_and_the_nodes_allow() -> None:
    name = SERVICES["proxy"]["environment"]["SERVICE_NAME"]
    for node in ("api-1", "api-2", "embedded"):
        assert SERVICES[node]["environment"]["WARPACK_ALLOWED_HOSTS"] == name
