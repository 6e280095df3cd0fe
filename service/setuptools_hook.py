"""What setuptools calls in every build where Warpack is installed: a project whose pyproject.toml has
`[[tool.warpack.layouts]]` gets the step `build_warpack`.

The step makes each layout's allocators into the package that the entry names, by `warpack build`, and takes the
manifests along in an sdist. Any other project is left as it is, and nothing but this module is imported for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from setuptools import Distribution

PROJECT = Path("pyproject.toml")
"""Build front ends call setuptools in the project's own folder."""


def finalize(distribution: Distribution) -> None:
    """Adds the step to `build`, after setuptools' own: these copy the packages' sources."""
    if not PROJECT.is_file() or b"warpack" not in PROJECT.read_bytes():
        return
    from warpack.service.builds import ProjectError, layouts_of

    try:
        orders = layouts_of(PROJECT)
    except ProjectError as error:
        raise SystemExit(f"warpack: {error}") from None
    if not orders:
        return
    build = cast(Any, distribution.get_command_class("build"))
    steps = [*build.sub_commands, ("build_warpack", None)]
    distribution.cmdclass["build"] = type("build", (build,), {"sub_commands": steps})
    distribution.cmdclass["build_warpack"] = _step()


def _step() -> type[Any]:
    from setuptools import Command

    from warpack.gpu_runtime.emitters import FILES
    from warpack.service.builds import LayoutOrder, layouts_of

    class BuildWarpack(Command):  # type: ignore[misc]  # setuptools has no types
        """Make allocators from manifests."""

        description = "make allocators from the manifests of [tool.warpack]"
        user_options: list[Any] = []  # noqa: RUF012  (setuptools wants it so)
        editable_mode = False
        """setuptools sets it for an editable install: then the files go beside the sources."""

        def initialize_options(self) -> None:
            self.build_lib: str | None = None

        def finalize_options(self) -> None:
            self.set_undefined_options("build_py", ("build_lib", "build_lib"))

        def run(self) -> None:
            from warpack.service.cli import main

            for order in layouts_of(PROJECT):
                command = ["build", order.manifest, "-o", str(self._folder(order)), "--validate", order.validate]
                code = main(command)
                if code:
                    raise SystemExit(f"warpack: {order.manifest} gave no allocators (exit code {code})")

        def _folder(self, order: LayoutOrder) -> Path:
            if self.editable_mode:
                return Path(cast(Any, self.get_finalized_command("build_py")).get_package_dir(order.package))
            return Path(cast(str, self.build_lib), *order.package.split("."))

        def get_source_files(self) -> list[str]:
            """What an sdist takes along."""
            return [order.manifest for order in layouts_of(PROJECT)]

        def get_outputs(self) -> list[str]:
            return [str(self._folder(order) / name) for order in layouts_of(PROJECT) for name in FILES]

        def get_output_mapping(self) -> dict[str, str]:
            """Nothing is copied: the files are made."""
            return {}

    return BuildWarpack
