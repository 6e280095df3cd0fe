"""The pages that lead a newcomer in do what they say: every command on them runs, and prints what stands there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.helpers.run_pages import ROOT, PageError, run_page
from tests.helpers.service_process import service

pytestmark = pytest.mark.slow

DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as the tutorial leaves it."""
    folder = tmp_path_factory.mktemp("pages") / "tutorial"
    shutil.copytree(ROOT / "examples" / "tutorial", folder)
    assert run_page(DOCS / "tutorial.md", folder) is None
    return folder


def test_the_tutorial_ends_with_a_kernel_of_more_threads_and_the_same_results(tutorial: Path) -> None:
    assert (tutorial / "before.npy").read_bytes() == (tutorial / "after.npy").read_bytes()


def test_the_steps_for_ci_find_a_change_that_breaks_a_lifetime(tutorial: Path, tmp_path: Path) -> None:
    with service(tmp_path / "data", workers=1, plain=True) as running:
        assert run_page(DOCS / "howto-ci.md", tutorial, {"http://127.0.0.1:8000": running.url}) is None


@pytest.mark.skipif(not any(map(shutil.which, ("g++", "clang++"))), reason="no C++ compiler is installed here")
def test_a_struct_becomes_a_header_that_a_kernel_is_compiled_with(tmp_path: Path) -> None:
    folder = tmp_path / "cpp"
    folder.mkdir()
    assert run_page(DOCS / "howto-cpp.md", folder) is None


def test_a_dump_of_tritons_compiler_says_what_holds_the_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "triton"
    folder.mkdir()
    shutil.copy(ROOT / "tests/gpu_runtime/imports/dumps/matmul-80.mlir", folder / "dump.txt")
    absent = run_page(DOCS / "howto-triton.md", folder)
    if absent is not None:
        pytest.skip(f"{absent} is not installed here: the page was run as far as it does not need it")


def test_a_cubie_solver_has_more_threads_and_the_same_results(tmp_path: Path) -> None:
    folder = tmp_path / "cubie"
    folder.mkdir()
    absent = run_page(DOCS / "howto-cubie.md", folder)
    if absent is not None:
        pytest.skip(f"{absent} is not installed here")


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("```sh\necho 2\n```\n\n```text\n3\n```\n", "and this came"),
        ("```sh\nexit 3\n```\n", "ended with 3"),
        ("```sh\nfalse | cat\n```\n", "ended with 1"),
        ("```python\nprint(1)\n```\n", "names no file"),
        ("```python\n# a.py\na\n```\n\n```python\n# a.py, in part\nb\n```\n", "does not stand in a.py"),
        ("```bash\ntrue\n```\n", "which nothing runs"),
    ],
)
def test_a_page_that_says_something_else_than_what_happens_is_found(tmp_path: Path, page: str, message: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "page.md").write_text(page)
    with pytest.raises(PageError, match=message):
        run_page(tmp_path / "page.md", folder)


def test_what_needs_an_absent_package_is_left_out_with_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    page = "```sh\ntouch before\n```\n<!-- needs: no_such_package -->\n```sh\nfalse\n```\n"
    (tmp_path / "page.md").write_text(page)
    assert run_page(tmp_path / "page.md", folder) == "no_such_package"
    assert (folder / "before").exists()
