"""Settings from the environment, with what the command line says on top."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warpack.service.cli.exits import BAD_INPUT, CommandFailed

if TYPE_CHECKING:
    from warpack.service.settings import Settings


def settings_with(**given: Any) -> Settings:
    """The service's settings; arguments that are None leave a setting to the environment and its default."""
    from pydantic import ValidationError

    from warpack.service.settings import Settings

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_url=False)
        )
        raise CommandFailed(f"these settings are wrong: {faults}", BAD_INPUT) from None
