"""`[[tool.warpack.layouts]]`: what a pyproject.toml may order, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from warpack.service.builds import LayoutOrder, ProjectError, layouts_of


def project(folder: Path, text: str) -> Path:
    (folder / "kernel.yaml").write_text("")
    path = folder / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_layouts_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """
[[tool.warpack.layouts]]
manifest = "kernel.yaml"
package = "mine.packed"
[[tool.warpack.layouts]]
manifest = "kernel.yaml"
package = "mine.checked"
validate = "compiled"
"""
    assert layouts_of(project(tmp_path, text)) == [
        LayoutOrder("kernel.yaml", "mine.packed"),
        LayoutOrder("kernel.yaml", "mine.checked", "compiled"),
    ]


def test_a_project_without_the_table_orders_nothing(tmp_path: Path) -> None:
    assert layouts_of(project(tmp_path, '[project]\nname = "warpack-user"\n')) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.warpack\n", "pyproject.toml: Expected"),
        ("[tool.warpack]\n", "[tool.warpack] has the list `layouts` and nothing else"),
        ('[tool.warpack]\nlayouts = "kernel.yaml"\n', "[tool.warpack] has the list `layouts` and nothing else"),
        ("[tool.warpack]\nlayouts = [3]\n", "tool.warpack.layouts[0] must be a table"),
        ("[[tool.warpack.layouts]]\n", "tool.warpack.layouts[0].manifest must be a string that is not empty"),
        ('[[tool.warpack.layouts]]\nmanifest = "kernel.yaml"\npackage = ""\n', "[0].package must be a string"),
        (
            '[[tool.warpack.layouts]]\nmanifest = "kernel.yaml"\npackage = "my-own"\n',
            "[0].package must be names joined by dots, and is 'my-own'",
        ),
        (
            '[[tool.warpack.layouts]]\nmanifest = "none.yaml"\npackage = "mine"\n',
            "[0].manifest: there is no file 'none.yaml'",
        ),
        (
            '[[tool.warpack.layouts]]\nmanifest = "../kernel.yaml"\npackage = "mine"\n',
            "[0].manifest must be a path below the project, and is '../kernel.yaml'",
        ),
        (
            '[[tool.warpack.layouts]]\nmanifest = "kernel.yaml"\npackage = "mine"\nlevel = "static"\n',
            "[0].level is no field: there are manifest, package, validate",
        ),
        (
            '[[tool.warpack.layouts]]\nmanifest = "kernel.yaml"\npackage = "mine"\nvalidate = "fast"\n',
            "[0].validate must be one of static, compiled, simulated, hardware, best, and is 'fast'",
        ),
        (
            '[[tool.warpack.layouts]]\nmanifest = "kernel.yaml"\npackage = "mine"\n' * 2,
            "[1].package: mine gets another layout already",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as refused:
        layouts_of(project(tmp_path, text))
    assert said in str(refused.value)


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    text = '[[tool.warpack.layouts]]\nmanifest = "none.yaml"\npackage = "my-own"\n[[tool.warpack.layouts]]\n'
    with pytest.raises(ProjectError) as refused:
        layouts_of(project(tmp_path, text))
    assert len(str(refused.value).splitlines()) == 4
