"""`warpack` is the one name: what it offers, what is installed, and that nothing else is taken for a part of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import import_module
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

import warpack
from tests.helpers.processes import PATIENCE_S
from tests.helpers.python_programs import output_of
from warpack.extras import EXTRAS, explained
from warpack.gpu_runtime.interpreter import import_environment, import_root, python

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "01-two-buffers.json"
ROOMS = ("gpu_runtime", "service", "solver")


def test_every_name_that_it_offers_is_there_and_is_listed() -> None:
    assert dir(warpack) == sorted(warpack.__all__)
    assert all(getattr(warpack, name) is not None for name in warpack.__all__)
    with pytest.raises(AttributeError, match=r"no attribute 'pack': it has .*optimize"):
        warpack.pack  # noqa: B018  (the access is the test)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_a_link_to_the_folder_beside_it(room: str) -> None:
    link = ROOT / "warpack" / room
    assert os.readlink(link) == f"../{room}"
    assert getattr(warpack, room) is import_module(f"warpack.{room}")


def test_importing_it_loads_no_other_package() -> None:
    program = (
        "import sys, warpack; print([name for name in ('numpy', 'ortools', 'rich', 'numba') if name in sys.modules])"
    )
    assert _printed(program, ROOT).strip() == "[]"


def test_it_runs_as_a_module_too(tmp_path: Path) -> None:
    told = output_of("-m", "warpack", "--version", simulator=False, paths=(ROOT,), cwd=tmp_path)
    assert told.strip() == version("warpack")


def test_a_bare_room_is_refused_by_the_linter(tmp_path: Path) -> None:
    file = tmp_path / "bare.py"
    file.write_text("import service\nfrom solver.recipe import optimize\n\nprint(service, optimize)\n")
    command = [Path(sys.executable).parent / "ruff", "check", "--config", ROOT / "pyproject.toml", "--no-cache", file]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert ran.returncode == 1
    assert "import it as warpack.service" in ran.stdout
    assert "import it as warpack.solver" in ran.stdout


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder with modules of a user's that are named as ours."""
    for room in ROOMS:
        (tmp_path / f"{room}.py").write_text(f"raise SystemExit('the {room} of the current folder was imported')\n")
    return tmp_path


def test_the_public_calls_work_beside_modules_of_the_same_names(hostile: Path) -> None:
    program = f"""
import warpack
manifest = warpack.load_manifest({str(EXAMPLE)!r})
layout = warpack.optimize(manifest)
assert warpack.verify(manifest, layout).passed
print(layout.status, "<svg" in layout._repr_html_(), len(warpack.emit(layout, manifest)) > 1000)
"""
    assert _printed(program, hostile) == "optimal True True\n"


@pytest.mark.usefixtures("kernels_are_compiled")
def test_children_import_nothing_from_the_current_folder(hostile: Path) -> None:
    """The compiler, the simulator and the fork server are children of a command that a user runs where she is."""
    for name in ("numpy", "numba", "ortools"):
        (hostile / f"{name}.py").write_text(f"raise SystemExit('the {name} of the current folder was imported')\n")
    manifest = json.loads(EXAMPLE.read_text())
    manifest["buffers"][0]["size"] += 1  # so that its kernels were not compiled yet
    (hostile / "manifest.json").write_text(json.dumps(manifest))
    command = python("-m", "warpack.service.cli", "solve", "manifest.json", "--validate", "simulated", "--json")
    environment = os.environ | import_environment()
    ran = subprocess.run(
        command, cwd=hostile, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert json.loads(ran.stdout)["validation"]["level"] == "simulated"


@pytest.mark.usefixtures("kernels_are_compiled")
def test_the_fork_server_imports_nothing_from_the_current_folder(hostile: Path) -> None:
    (hostile / "numpy.py").write_text("raise SystemExit('the numpy of the current folder was imported')\n")
    program = """
import sys
sys.path.remove("")  # as in a console script, whose own folder comes first
from warpack.service.jobs.children import main as child_main
from warpack.service.jobs.children import process as child_process, fork_server
for server in fork_server.SOLVING, fork_server.COMPILING:
    child = child_process.Child(server)
    assert child.answer(child_main.nothing, b"said") == b"said", child.close()
    child.close()
print("answered")
"""
    assert _printed(program, hostile) == "answered\n"


def test_the_package_is_found_where_it_lies() -> None:
    assert import_root() == ROOT
    assert import_environment()["PYTHONPATH"].split(os.pathsep)[0] == str(ROOT)


def test_a_wheel_holds_real_folders_and_nothing_but_warpack(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    source = _copied(tmp_path / "source")
    subprocess.run([*command, "--wheel-dir", tmp_path, source], check=True, timeout=PATIENCE_S)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"warpack"}
    wanted = {f"warpack/{path.relative_to(ROOT).as_posix()}" for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    assert wanted <= set(names)
    data = {
        "py.typed",
        "gpu_runtime/adapters/cubie/lifetimes.json",
        "service/cli/cmake/WarpackConfig.cmake",
        "service/cli/cmake/WarpackConfigVersion.cmake",
        "service/cli/sample.json",
        "service/page/examples/07-kvaerno5.json",
        "service/page/index.html",
        "service/page/js/view/index.js",
        "solver/devices/gpu_table.json",
    }
    assert {f"warpack/{name}" for name in data} <= set(names)


def test_an_image_builds_the_sources_in_no_folder_where_the_empty_package_was_built() -> None:
    """setuptools would keep the empty `__init__.py`, which is younger than the sources."""
    folders: dict[str, set[str]] = {"touch warpack/__init__.py": set(), "COPY warpack/*.py": set()}
    folder = ""
    for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines():
        folder = line.removeprefix("WORKDIR ") if line.startswith("WORKDIR ") else folder
        for words, found in folders.items():
            if words in line:
                found.add(folder)
    empty, sources = folders.values()
    assert empty == {"/empty"}
    assert sources == {"/build"}


def _copied(folder: Path) -> Path:
    """What the build needs, links as links: it writes beside its sources."""
    folder.mkdir()
    names = ["pyproject.toml", "README.md", "examples", "warpack", *ROOMS]
    subprocess.run(["cp", "-a", *(ROOT / name for name in names), folder], check=True)
    return folder


def test_the_core_needs_three_packages() -> None:
    needed = {_name(line) for line in _project()["dependencies"]}
    assert needed == {"numpy", "ortools", "rfc8785"}


def test_every_package_of_an_extra_that_is_imported_is_told_with_that_extra() -> None:
    extras: dict[str, list[str]] = _project()["optional-dependencies"]
    homes = packages_distributions()
    for package, extra in EXTRAS.items():
        brought = {_name(line) for line in extras[extra]}
        distributions = {name.lower().replace("_", "-") for name in homes.get(package, [package])}
        transitive = {"cuda", "llvmlite", "starlette"}  # come with numba-cuda, numba and fastapi
        assert brought & distributions or package in transitive or extra == "bench", package


def test_a_missing_extra_is_one_sentence() -> None:
    told = explained("warpack.Client", ModuleNotFoundError("No module named 'httpx2'", name="httpx2"))
    assert str(told) == "warpack.Client needs the package httpx2, which is not installed: pip install 'warpack[client]'"
    assert explained("warpack.Client", ModuleNotFoundError("No module named 'mine'", name="mine")) is None


@pytest.mark.parametrize("without", ["cyclopts", "rich"])
def test_the_command_line_without_its_packages_says_which_extra_brings_them(without: str) -> None:
    program = f"""
import sys
sys.modules[{without!r}] = None
sys.stderr = sys.stdout
from warpack.service.cli import main
print(main(["solve", {str(EXAMPLE)!r}]))
"""
    said, code = _printed(program, ROOT).splitlines()[-2:]
    assert code == "1"
    assert said == (
        f"warpack: this command needs the package {without}, which is not installed: pip install 'warpack[cli]'"
    )


def _project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=!~ ]", requirement, maxsplit=1)[0].lower()


def _printed(program: str, folder: Path) -> str:
    """Run in `folder`, from which Python imports first unless it is told not to."""
    return output_of("-c", program, simulator=False, paths=(ROOT,), cwd=folder)
