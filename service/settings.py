"""The settings of an operator. Each is read from the environment variable WARPACK_ with its name in capitals. If that
is not set, it is read from the file that the operator names, if any."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from warpack.service.settings_file import SettingsFile, settings_file


def _default_data_dir() -> Path:
    """The user's own data folder, as the XDG base directory specification places it."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "warpack"


class Settings(BaseSettings):
    """The settings of a process, which never change while it runs.

    `workers` is how many solves one worker process runs at a time, and also how many validations. With 0, `warpack
    serve` answers calls and leaves all work to `warpack worker`.
    """

    model_config = SettingsConfigDict(env_prefix="WARPACK_", frozen=True, extra="forbid")

    data_dir: Path = Field(default_factory=_default_data_dir, description="Folder of the database and its locks.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    database_url: str | None = Field(
        None, description="SQLAlchemy URL. The default is a SQLite file in the data folder."
    )
    workers: int = Field(2, ge=0, le=64, description="Jobs of each kind at a time; 0: this process only answers calls.")

    child_memory_mib: int = Field(4096, ge=512, le=1 << 20, description="MiB of data that each child process may have.")

    drain_s: float = Field(
        5.0, ge=0, le=3600, description="Seconds after SIGTERM to finish short tasks; others are released."
    )
    check_limit_s: float = Field(
        10.0, gt=0, le=600, description="Seconds that a call may take to read, check or verify a document."
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Names that callers may use for this service, beside loopback names: a list, or separated by commas.",
    )
    max_connections: int = Field(512, ge=8, le=65536, description="Most connections at a time.")
    max_bytes_in_flight: int = Field(
        128 * 2**20, ge=16 * 2**20, description="Most bytes of request bodies in memory, over all requests."
    )
    max_orders: int = Field(20_000, ge=1, description="Most open orders, over all callers.")
    max_orders_per_key: int = Field(5_000, ge=1, description="Most open orders of one API key.")
    max_requests_per_key: float = Field(
        200.0, gt=0, le=1e6, description="Most requests a second of one API key; a burst may have ten seconds' worth."
    )
    max_bytes_per_key: int = Field(
        48 * 2**20, ge=16 * 2**20, description="Most bytes of request bodies in memory, of one API key."
    )
    max_waiting_per_key: int = Field(
        64, ge=1, le=65536, description="Most calls of one API key that wait, or follow events, at a time."
    )
    header_limit_s: float = Field(10.0, gt=0, le=3600, description="Seconds that the head of a request may take.")
    body_limit_s: float = Field(
        20.0, gt=0, le=3600, description="Seconds that a body may take, and one more for each 64 KiB of it."
    )
    retention_days: float = Field(
        90.0, ge=0, le=36500, description="Days after its last use when a finished job is removed; 0: never."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The lowest level that is logged."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The sources of settings. The first that has a setting decides. Raises SettingsFileError."""
        file = settings_file()
        return (init_settings, env_settings, *(() if file is None else (SettingsFile(settings_cls, file),)))

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _separated(cls, hosts: object) -> object:
        names = [name for name in hosts.split(",") if name.strip()] if isinstance(hosts, str) else hosts
        if not isinstance(names, list | tuple):
            return names
        return [name.strip().lower() if isinstance(name, str) else name for name in names]

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str | None) -> str | None:
        if url is None:
            return None
        try:
            made = make_url(url)
        except ArgumentError:
            raise ValueError("not a SQLAlchemy URL: use sqlite:///FILE or postgresql://USER@HOST/DATABASE") from None
        if made.get_backend_name() not in ("sqlite", "postgresql"):
            raise ValueError("only sqlite:/// and postgresql:// URLs are supported")
        if made.drivername == "postgresql":
            made = made.set(drivername="postgresql+psycopg")
        return made.render_as_string(hide_password=False)

    @property
    def store_url(self) -> str:
        """The URL of the store, which has manifests, jobs and layouts."""
        return self.database_url or f"sqlite:///{self.data_dir / 'warpack.sqlite'}"

    @property
    def engine_url(self) -> str:
        """The URL of the job engine's queue. On PostgreSQL it is in the store's database, in a schema of its own. Else
        it is in a file of its own, so that its polling never waits for the store."""
        if make_url(self.store_url).get_backend_name() == "postgresql":
            return self.store_url
        return f"sqlite:///{self.data_dir / 'engine.sqlite'}"
