"""examples/notebook.ipynb runs as it stands, and shows what its words say."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.helpers.processes import PATIENCE_S
from warpack.gpu_runtime.interpreter import import_environment

NOTEBOOK = Path(__file__).resolve().parents[2] / "examples" / "notebook.ipynb"


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """What each cell of code shows, by the type of it; printed text is text/plain."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    folder = tmp_path_factory.mktemp("notebook")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (
            import_environment() | {"IPYTHONDIR": str(folder), "JUPYTER_RUNTIME_DIR": str(folder)}
        ).items():
            patch.setenv(name, value)
        client = NotebookClient(
            notebook, timeout=PATIENCE_S, startup_timeout=PATIENCE_S, resources={"metadata": {"path": str(folder)}}
        )
        client.execute()
    shown = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            found: dict[str, str] = {}
            for output in cell.outputs:
                data = output.get("data") or {"text/plain": output.text}
                for kind, text in data.items():
                    found[kind] = found.get(kind, "") + text
            shown.append(found)
    return shown


def test_the_manifest_shows_its_buffers(outputs: list[dict[str, str]]) -> None:
    html = outputs[0]["text/html"]
    assert "<table>" in html
    assert all(name in html for name in ("tile", "response", "ranks", "result"))


def test_the_layout_shows_its_table_and_its_picture(outputs: list[dict[str, str]]) -> None:
    html = outputs[1]["text/html"]
    assert "optimal" in html
    assert "<table>" in html
    assert "<svg" in html


def test_it_is_compared_with_the_layout_of_today(outputs: list[dict[str, str]]) -> None:
    assert outputs[2]["text/plain"] == "49152 -> 32768 bytes a block\n2 -> 3 blocks on a multiprocessor\n"
    assert "<svg" in outputs[3]["text/html"]


def test_the_header_is_shown(outputs: list[dict[str, str]]) -> None:
    assert "Dynamic shared memory of one block: 32768 bytes" in outputs[4]["text/plain"]


def test_it_is_kept_without_outputs() -> None:
    """They would be old one day, and the test would not know it."""
    assert all(not cell.get("outputs") for cell in nbformat.read(NOTEBOOK, as_version=4).cells)
