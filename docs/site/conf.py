"""How Sphinx builds the site: `make docs`. The source folder is the whole tree, so that every link between pages is
the one that also leads somewhere in a checkout."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

_HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(_HERE), str(_HERE.parents[1])]

import calls
import commands
import problem_types
import python_names
import schema_tables
import unlisted

from warpack.service.schema import layout_schema, manifest_schema

_ALONE = ("faq", "limits", "start", "tutorial")
"""Pages of a section of their own."""

project = "Warpack"
author = "the Warpack project"
root_doc = "docs/index"
extensions = ["myst_parser"]
include_patterns = ["docs/*.md", "docs/*/*.md", "examples/*.md", "examples/*/*.md", "CONTRIBUTING.md", "CHANGELOG.md"]
exclude_patterns = ["docs/site", ".venv", "build", "**/.*", "**/node_modules"]

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
myst_highlight_code_blocks = True

html_theme = "pydata_sphinx_theme"
html_title = "Warpack"
html_static_path = ["static"]
html_css_files = ["warpack.css"]
html_extra_path = ["extra"]
html_sidebars = {page: [] for page in ("CHANGELOG", "CONTRIBUTING", *(f"docs/{name}" for name in _ALONE))}
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_context = {"default_mode": "auto"}
html_theme_options = {
    "logo": {"text": "Warpack"},
    "navbar_align": "left",
    "header_links_before_dropdown": 9,
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}

_MADE = {
    "python names": python_names.names,
    "manifest fields": lambda: schema_tables.tables(manifest_schema(), "manifest"),
    "layout fields": lambda: schema_tables.tables(layout_schema(), "layout"),
    "commands": commands.commands,
    "calls": calls.calls,
    "pages that no list names": unlisted.unlisted,
    "problems of calls": problem_types.of_calls,
    "problems of manifests": problem_types.of_manifests,
}
_PLACE = re.compile(r"^<!-- made here: (.*) -->$", re.MULTILINE)


_LINK = re.compile(r"\[([^\]\n]+)\]\(([^)#:\s]+)\)")


def _made(_app: object, name: str, source: list[str]) -> None:
    """Pages of docs/reference/ say where a table belongs; it is made when the site is. A link to a folder leads
    somewhere in a checkout, and nowhere in a site."""
    folder = (_HERE.parents[1] / name).parent
    text = _LINK.sub(lambda link: link[1] if (folder / link[2]).is_dir() else link[0], source[0])
    source[0] = _PLACE.sub(lambda place: _MADE[place[1]](), text)


def setup(app: Sphinx) -> None:
    app.connect("source-read", _made)
