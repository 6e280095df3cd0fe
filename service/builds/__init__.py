"""What a project's own build asks of Warpack: the layouts that its pyproject.toml names, and files written only where
their text is another."""

from warpack.service.builds.project import LayoutOrder, ProjectError, layouts_of
from warpack.service.builds.writing import write_changed

__all__ = ["LayoutOrder", "ProjectError", "layouts_of", "write_changed"]
