"""What runs the pages finds a page that says something else than what happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.run_pages import PageError, run_page


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("```sh\necho 2\n```\n\n```text\n3\n```\n", "and this came"),
        ("```sh\nexit 3\n```\n", "ended with 3"),
        ("```sh\nfalse | cat\n```\n", "ended with 1"),
        ("```cpp\nint x;\n```\n", "names no file"),
        ("```python\nx = 2\n```\n\n```python\nprint(x)\n```\n\n```text\n3\n```\n", "and this came"),
        ("```python\nraise SystemExit(4)\n```\n", "ended with 4"),
        ('```json\n{"a": }\n```\n', "Expecting value"),
        ("```yaml\na: [\n```\n", "expected the node content"),
        ("```toml\na =\n```\n", "Invalid value"),
        ('```json\n{"schema": "warpack/manifest/1", "buffers": [{}]}\n```\n', "missing"),
        ("```sh\nwarpack check no-such-file.json\n```\n", "ended with 2"),
        ("```sh\nX=1\n```\n\n```sh\necho $X\n```\n\n```text\n2\n```\n", "and this came"),
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
