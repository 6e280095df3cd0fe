"""Rules about the source tree as a whole: what a reader may count on in every file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("solver", "gpu_runtime", "service")
SEARCH = ROOT / "solver" / "search"
LONGEST = 300
TABLES = {"tests/bad_manifests.py"}
"""One table of cases is one idea, however long."""

MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:" + "|".join(("work", "root", "tmp")) + r")/")
"""Absolute paths of the machine that something was written on."""

DOWNLOAD_ADDRESSES = re.compile(
    r"\b(?:"
    + "|".join(f"{name}[.]{end}" for name, end in (("pypi", "org"), ("pythonhosted", "org"), ("docker", "io")))
    + r")\b"
)
"""Where packages come from is the installing machine's choice: it may have a mirror."""


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


@pytest.fixture(scope="module")
def files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing says which files belong to the project")
    return tracked_files()


def test_no_python_file_is_longer_than_one_idea(files: list[Path]) -> None:
    lengths = {path: path.read_text(encoding="utf-8").count("\n") for path in files if path.suffix == ".py"}
    too_long = {str(path.relative_to(ROOT)): lines for path, lines in lengths.items() if lines > LONGEST}
    assert set(too_long) <= TABLES


def test_no_record_is_made_by_counting_more_than_six_positions(files: list[Path]) -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in files if in_rooms(path, *ROOMS)}
    records = {
        node.name
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any("dataclass" in ast.unparse(one) for one in node.decorator_list)
    }
    assert "Finding" in records
    counted = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.func.id}"
        for path, tree in trees.items()
        if in_rooms(path, "gpu_runtime", "service")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in records
        if len(node.args) > 6
    ]
    assert not counted


def in_rooms(path: Path, *rooms: str) -> bool:
    return path.suffix == ".py" and path.relative_to(ROOT).parts[0] in rooms


def test_every_module_of_the_rooms_says_what_it_is_for(files: list[Path]) -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in files
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ROOMS and path.stat().st_size
        if not path.read_text(encoding="utf-8").lstrip().startswith(('"""', 'r"""'))
    ]
    assert not silent


def test_the_head_of_the_search_lists_its_rooms() -> None:
    head = (SEARCH / "__init__.py").read_text(encoding="utf-8")
    rooms = {path.name for path in SEARCH.iterdir() if path.is_dir() and path.name[0] != "_"}
    assert set(re.findall(r"^(\w+) {2,}\S", head, re.MULTILINE)) == rooms | {"plan", "strategy"}


def test_no_line_of_a_page_is_longer_than_120_columns(files: list[Path]) -> None:
    """But rows of tables, quoted rules and code. Lines of Python are the linter's (W505)."""
    long: list[str] = []
    for path in files:
        fenced = False
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if path.suffix == ".md" else ():
            fenced ^= line.startswith("```")
            if len(line) > 120 and not fenced and not line.startswith(("|", ">", "    ")):
                long.append(f"{path.relative_to(ROOT)}:{number}")
    assert not long


def test_no_table_of_the_manifest_page_lists_a_field_twice() -> None:
    twice, seen = [], set[str]()
    for line in (ROOT / "docs" / "manifest.md").read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            seen = set()
        field = line.split("|")[1].strip() if line.startswith("|") else ""
        if field.startswith("`") and field in seen:
            twice.append(field)
        seen.add(field)
    assert not twice


def test_no_file_names_a_path_of_the_machine_it_was_written_on(files: list[Path]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files
        if path.suffix in {".py", ".md", ".json", ".toml", ".txt", ""}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if MACHINE_PATHS.search(line)
    ]
    assert not found


def test_no_file_says_where_packages_are_downloaded_from(files: list[Path]) -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in files
        if path.suffix in {".py", ".md", ".toml", ".txt", ""}
        and DOWNLOAD_ADDRESSES.search(path.read_text(encoding="utf-8"))
    ]
    assert not found


def test_constraints_are_exact_pins_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9A-Za-z.+!-]*", line)] == []
    names = [re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower() for line in lines]
    assert len(set(names)) == len(names)


def test_every_import_contract_is_kept() -> None:
    linted = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("warpack.solver", ("ortools", "numpy", "pydantic", "fastapi", "sqlalchemy", "numba")),
        ("warpack.solver.recipe", ("pydantic", "fastapi", "sqlalchemy", "numba", "cuda")),
        ("warpack.gpu_runtime.emitters", ("numba", "cuda", "fastapi", "ortools")),
        ("warpack.service.api.app", ("numba", "cuda", "llvmlite")),
        ("warpack.service.cli", ("numba", "cuda", "dbos", "ortools", "fastapi")),
    ],
)
def test_a_module_is_imported_without_what_it_does_not_need(module: str, unwanted: tuple[str, ...]) -> None:
    program = f"import sys, {module}; print([name for name in {unwanted!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "[]"


def test_every_make_target_and_command_that_the_readme_names_exists() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"\bmake (?:[A-Z]+=\S+ )?([a-z]+)\b", "\n".join(code_of(readme)))):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"
    shown = subprocess.run(
        [sys.executable, "-m", "warpack.service.cli", "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0, shown.stderr
    for command in set(re.findall(r"(?<!from )\bwarpack ([a-z]+)\b", "\n".join(code_of(readme)))):
        assert re.search(rf"\b{command}\b", shown.stdout), f"warpack {command}"


def test_every_link_between_pages_leads_somewhere(files: list[Path]) -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in files
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", without_code(path.read_text(encoding="utf-8")))
        if not (path.parent / target).exists()
    ]
    assert not broken


def without_code(markdown: str) -> str:
    """What is left once the fenced blocks and the code in running text are taken out: `kernel[1, 2](x)` is no link."""
    return re.sub(r"`[^`\n]+`", "", re.sub(r"```.*?```", "", markdown, flags=re.DOTALL))


def code_of(markdown: str) -> list[str]:
    """The fenced blocks and the code in running text."""
    return re.findall(r"```.*?\n(.*?)```", markdown, re.DOTALL) + re.findall(r"`([^`\n]+)`", markdown)
