"""Projects that make their allocators as a step of their own build: CMake with make and with ninja, and setuptools."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest
from setuptools import Distribution

from tests.helpers.processes import PATIENCE_S
from tests.helpers.python_programs import output_of
from tests.helpers.run_pages import run_page
from warpack.service.setuptools_hook import finalize

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
BUILDS = ROOT / "examples" / "builds"
PROGRAMS = Path(sys.executable).parent
RIGHT = "64 threads per block, 512 run bytes: right\n"


def ran(*command: str | Path, cwd: Path, paths: tuple[Path, ...] = (ROOT,)) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "PATH": os.pathsep.join([str(PROGRAMS), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
    }
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def done(*command: str | Path, cwd: Path, paths: tuple[Path, ...] = (ROOT,)) -> str:
    """What it printed."""
    ended = ran(*command, cwd=cwd, paths=paths)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BUILDS / "cmake", tmp_path / "cmake"))


def configure(sources: Path, *options: str) -> tuple[str | Path, ...]:
    program = PROGRAMS / "cmake"
    return (program, "-S", sources, "-B", sources / "build", f"-DPython_EXECUTABLE={sys.executable}", *options)


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
def test_cmake_makes_the_header_again_when_the_manifest_has_changed_and_not_otherwise(sources: Path) -> None:
    """With ninja; the page is run with make."""
    done(*configure(sources, "-G", "Ninja", "-DON_THE_CPU=ON"), cwd=sources)
    build = (PROGRAMS / "cmake", "--build", sources / "build")
    first = done(*build, cwd=sources)
    assert "wrote allocators.py, allocators.cuh" in first
    assert done(sources / "build" / "ranks", cwd=sources) == RIGHT

    again = done(*build, cwd=sources)
    assert "ranks.yaml: optimal" not in again
    assert "ranks.cu.o" not in again

    manifest = sources / "ranks.yaml"
    manifest.write_text(manifest.read_text().replace("max_threads_per_block: 256", "max_threads_per_block: 32"))
    changed = done(*build, cwd=sources)
    assert "wrote allocators.py, allocators.cuh" in changed
    assert "Building CXX" in changed
    assert done(sources / "build" / "ranks", cwd=sources).startswith("32 threads per block")


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
def test_every_step_of_the_page_runs_and_prints_what_stands_there(
    sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join([str(PROGRAMS), os.environ["PATH"]]))
    monkeypatch.setenv("CMAKE_GENERATOR", "Unix Makefiles")
    shutil.copy(BUILDS / "setuptools" / "pyproject.toml", sources)
    shutil.copytree(BUILDS / "setuptools" / "kernels", sources / "kernels")
    assert run_page(ROOT / "docs" / "howto-builds.md", sources) is None


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="nvcc is not installed")
def test_cmake_compiles_the_kernel_with_nvcc_where_there_is_one(sources: Path) -> None:
    done(*configure(sources, "-G", "Ninja"), cwd=sources)
    assert "Building CUDA object" in done(PROGRAMS / "cmake", "--build", sources / "build", cwd=sources)


def test_cmake_says_where_warpack_is_missing(sources: Path, tmp_path: Path) -> None:
    module = ROOT / "service" / "cli" / "cmake"
    (sources / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.20)\nproject(none LANGUAGES NONE)\nfind_package(Warpack REQUIRED)\n"
    )
    bare = tmp_path / "bare"
    (bare / "warpack").mkdir(parents=True)
    (bare / "warpack" / "__main__.py").write_text("raise SystemExit('warpack is broken here')\n")
    ended = ran(*configure(sources, f"-DWarpack_DIR={module}"), cwd=sources, paths=(bare,))
    assert ended.returncode != 0
    told = " ".join(ended.stderr.split())
    assert "-m warpack\" does not run: warpack is broken here Install it there (pip install 'warpack[cli]')" in told


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("warpack_layout(none.yaml)", "there is no manifest"),
        ("warpack_layout(ranks.yaml TARGET a-b)", '"a-b" is no namespace of C++: give another with NAMESPACE'),
        (
            "warpack_layout(ranks.yaml LEVEL fast)",
            "LEVEL is one of static, compiled, simulated, hardware, best; not fast",
        ),
        ("warpack_layout(ranks.yaml OUTPUT here)", "not understood: OUTPUT;here"),
        ("warpack_layout(ranks.yaml TARGET)", "not understood: TARGET"),
    ],
)
def test_cmake_refuses_what_it_does_not_understand(call: str, said: str, sources: Path) -> None:
    module = ROOT / "service" / "cli" / "cmake"
    (sources / "CMakeLists.txt").write_text(
        f"cmake_minimum_required(VERSION 3.20)\nproject(one LANGUAGES NONE)\nfind_package(Warpack 0.1 REQUIRED)\n{call}\n"
    )
    ended = ran(*configure(sources, f"-DWarpack_DIR={module}", "-DWarpack_PYTHON=true"), cwd=sources)
    assert ended.returncode != 0
    assert said in " ".join(ended.stderr.split())


def test_the_module_has_warpacks_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module = (ROOT / "service" / "cli" / "cmake" / "WarpackConfigVersion.cmake").read_text(encoding="utf-8")
    assert f"set(PACKAGE_VERSION {project['version']})" in module


@pytest.fixture(scope="module")
def hooked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """A path of imports on which Warpack is these sources, with the entry points that they would be installed with."""
    folder = tmp_path_factory.mktemp("warpack")
    (folder / "sources" / "warpack").mkdir(parents=True)
    (folder / "sources" / "warpack" / "__init__.py").touch()
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder / "sources")
    (folder / "installed").mkdir()
    _backend("prepare_metadata_for_build_wheel", folder / "installed", folder / "sources", (folder / "sources",))
    return (ROOT, folder / "installed")


def _backend(step: str, into: Path, project: Path, paths: tuple[Path, ...]) -> str:
    """A step of setuptools' build back end, as pip and build take it."""
    program = f"import sys, setuptools.build_meta as backend; backend.{step}(sys.argv[1])"
    return done(sys.executable, "-c", program, into, cwd=project, paths=paths)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BUILDS / "setuptools", tmp_path / "project"))


def test_a_wheel_made_from_an_sdist_has_the_allocators_and_they_run(
    project: Path, tmp_path: Path, hooked: tuple[Path, ...]
) -> None:
    _backend("build_sdist", tmp_path, project, hooked)
    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert "kernels/ranks.yaml" in names
    assert not any("packed" in name for name in names)

    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index")
    done(*pip, "--wheel-dir", tmp_path, sdist, cwd=tmp_path, paths=hooked)
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    assert {path.name for path in (tmp_path / "site" / "ranks" / "packed").iterdir()} == {
        "allocators.py",
        "allocators.cuh",
    }

    rows = np.random.default_rng(1).integers(-9, 9, (64, 64)).astype(np.float32)
    np.save(tmp_path / "rows.npy", rows)
    program = "import numpy as np, ranks; np.save('out.npy', ranks.ranks_of_sums(np.load('rows.npy')))"
    output_of("-c", program, simulator=True, paths=(tmp_path / "site",), cwd=tmp_path)
    sums = np.cumsum(rows, axis=1, dtype=np.float32)
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), (sums[:, None, :] < sums[:, :, None]).sum(axis=2))


def test_an_editable_install_has_them_beside_its_sources(
    project: Path, tmp_path: Path, hooked: tuple[Path, ...]
) -> None:
    _backend("build_editable", tmp_path, project, hooked)
    assert (project / "src" / "ranks" / "packed" / "allocators.py").is_file()


def test_a_project_that_names_no_layouts_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    distribution = Distribution()
    finalize(distribution)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "warpack-user"\n')
    finalize(distribution)
    assert distribution.cmdclass == {}


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("kernels/ranks.yaml", "size: 64", "size: -64", r"error: kernels/ranks\.yaml:9:\d+: /buffers/0/size: "),
        (
            "pyproject.toml",
            "ranks.packed",
            "ranks-packed",
            r"package must be names joined by dots, and is 'ranks-packed'",
        ),
    ],
)
def test_what_is_wrong_ends_the_build_with_warpacks_own_words(
    file: str, old: str, new: str, said: str, project: Path, tmp_path: Path, hooked: tuple[Path, ...]
) -> None:
    path = project / file
    path.write_text(path.read_text().replace(old, new, 1))
    program = "import sys, setuptools.build_meta as backend; backend.build_wheel(sys.argv[1])"
    ended = ran(sys.executable, "-c", program, tmp_path, cwd=project, paths=hooked)
    assert ended.returncode != 0
    assert re.search(said, ended.stderr)
    assert not list(tmp_path.glob("*.whl"))
