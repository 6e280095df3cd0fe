"""What a page's commands find in their folder, and the few blocks that are not run where they stand."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_SET_UP = "the set-up itself: `make test` has done it before any test runs"
_GPU = "needs a GPU"

NOT_RUN: dict[tuple[str, str], str] = {
    ("README.md", "make demo "): _SET_UP,
    ("README.md", "-    temperature = "): "a part of the difference that docs/tutorial.md shows and runs",
    ("CONTRIBUTING.md", "make demo "): _SET_UP,
    ("CONTRIBUTING.md", ".venv/bin/python -m pytest"): "the suite, in parts",
    ("CONTRIBUTING.md", ".venv/bin/python -m tests.acceptance"): "take minutes, and root: trials, and no tests",
    ("docs/start.md", "make demo "): _SET_UP,
    ("docs/start.md", "manifest      "): "is compared with the solver by tests/docs/test_readme.py",
    ("docs/start.md", "warpack serve "): "does not end; the test starts one",
    ("docs/howto-ci.md", "pip install "): _SET_UP,
    ("docs/howto-triton.md", "MLIR_ENABLE_DUMP=1 "): _GPU,
    ("docs/import.md", "MLIR_ENABLE_DUMP=1 "): _GPU,
    ("docs/import.md", "warpack import triton kernels.py"): "docs/howto-triton.md runs it with the file that it names",
    ("docs/allocators.md", "warpack solve examples/03-stage-rows.json"): "tests/acceptance does it for every example",
    ("docs/allocators.md", "python -m benchmarks.machine_code"): "tests/benchmarks/test_machine_code.py does",
    ("docs/allocators.md", "nvcc "): "needs nvcc; docs/howto-cpp.md compiles and measures without it",
    ("docs/page.md", "<iframe "): "a line for another page",
    ("docs/checked.md", "ValueError: tid="): "a crash; tests/gpu_runtime/checked has such ones",
    ("docs/cubie.md", "pip install "): _SET_UP,
    (
        "docs/cubie.md",
        "from warpack.service.client import Client",
    ): "tests/gpu_runtime/adapters/cubie does, by its calls",
    ("docs/cubie.md", "packed = packing.pack("): "tests/gpu_runtime/adapters/cubie does, for traced lifetimes",
    (
        "docs/cubie.md",
        "python -m warpack.gpu_runtime.adapters.cubie.proof",
    ): "takes minutes; a test has four of its solvers",
    ("docs/search.md", "pack both regions"): "an outline of the search, and no program",
    ("docs/search.md", "warpack bench "): "takes minutes",
    ("docs/security.md", "curl -s -H "): "names a key that is made up; tests/service/api/test_keys.py has real ones",
    ("docs/trace.md", "warpack trace script.py"): "docs/tutorial.md runs both, on a script that is there",
    (
        "docs/operations.md",
        "OTEL_EXPORTER_OTLP_ENDPOINT=",
    ): "does not end; tests/acceptance/test_operations.py starts one",
    ("docs/operations.md", "warpack admin keys make gpu-node-1"): "needs a second machine",
    ("docs/operations.md", "pip install "): _GPU,
    ("docs/operations.md", "image=$(buildah "): "needs buildah and root",
    ("docs/operations.md", "warpack admin backup "): "tests/acceptance/test_operations.py does, on a store in use",
    ("docs/operations.md", "debootstrap "): "needs buildah, root, and some minutes",
    ("docs/operations.md", "docker "): "needs Docker; tests/test_containers.py compares it with compose.yaml",
    ("docs/operations.md", "mkdir -m 700 secrets"): "tests/test_containers.py runs it",
    ("docs/operations.md", "# .env"): "a file of Compose; tests/test_containers.py compares it",
    ("docs/writing.md", "error: kernel.yaml"): "is compared by tests/docs/test_writing_page.py",
    ("docs/writing.md", "kernels/step.py:17"): "the form of a message, as tests/solver/builder has many",
    ("examples/07-kvaerno5.md", "pip install "): "tests/examples/test_cubie_manifests.py makes the manifests again",
}
"""Blocks by page and the beginning of their first line, with the reason."""

ELSEWHERE: dict[tuple[str, str], str] = {
    ("docs/allocators.md", "cpp"): "tests/examples/test_allocators_page.py",
    ("docs/allocators.md", "python"): "tests/examples/test_allocators_page.py",
    ("docs/cubie.md", "python"): "tests/gpu_runtime/adapters/cubie/test_live_solvers.py",
    ("docs/faq.md", "text"): "tests/docs/test_faq.py",
    **{
        (f"docs/{page}.md", language): "tests/examples/test_time_page.py"
        for page in ("time", "time-flow", "time-memory")
        for language in ("cpp", "json")
    },
    ("examples/getters/README.md", "sh"): "tests/examples/test_getter_kernels.py",
    ("examples/getters/README.md", "text"): "tests/examples/test_getter_kernels.py",
}
"""All blocks of a language on a page that another test runs, and asks more of than to end well."""

PAGES_ELSEWHERE: dict[str, str] = {
    "docs/howto-builds.md": "tests/examples/test_builds.py",
}
"""Pages whose folder takes more to set up: another test runs them whole."""

FILES: dict[str, dict[str, Path]] = {
    "docs/cli.md": {"manifest.json": ROOT / "examples/01-two-buffers.json"},
    "docs/checked.md": {"manifest.json": ROOT / "examples/01-two-buffers.json"},
    "docs/howto-triton.md": {"dump.txt": ROOT / "tests/gpu_runtime/imports/dumps/matmul-80.mlir"},
    "docs/import.md": {"dump.txt": ROOT / "tests/gpu_runtime/imports/dumps/matmul-80.mlir"},
    "docs/writing.md": {"kernel-2.yaml": ROOT / "tests/docs/kernel-2.yaml"},
    "docs/tutorial.md": {name: ROOT / "examples/tutorial" / name for name in ("before.py", "after.py")},
}
"""What lies in the reader's folder before the first command, beside `examples`."""

CONTINUED: dict[str, str] = {"docs/howto-ci.md": "docs/tutorial.md"}
"""Pages that begin where another has ended, in its folder."""
