"""What an operator may choose. Every field reads from the environment as WARPACK_ and its name in capitals; what is not
there, from the file that the operator names, if any."""

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
    """One set of choices, fixed for the life of a process.

    `workers` counts the solves, and apart from them the validations, that one worker process runs at a time. With 0,
    `warpack serve` answers calls and leaves all work to `warpack worker`.
    """

    model_config = SettingsConfigDict(env_prefix="WARPACK_", frozen=True, extra="forbid")

    data_dir: Path = Field(default_factory=_default_data_dir, description="Folder of the database and its locks.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    database_url: str | None = Field(None, description="SQLAlchemy URL; a SQLite file in the data folder unless said.")
    workers: int = Field(2, ge=0, le=64, description="Jobs of each kind at a time; 0: this process only answers calls.")

    child_memory_mib: int = Field(
        4096, ge=512, le=1 << 20, description="MiB of data that a child process may have, each."
    )

    drain_s: float = Field(
        5.0, ge=0, le=3600, description="Seconds after SIGTERM in which short tasks are finished; others are released."
    )
    check_limit_s: float = Field(
        10.0, gt=0, le=600, description="Seconds that a call may take to read, check or verify a document."
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Names that callers may use for this service, beside loopback names: a list, or with commas between.",
    )
    max_connections: int = Field(512, ge=8, le=65536, description="Connections held at a time.")
    max_bytes_in_flight: int = Field(
        128 * 2**20, ge=16 * 2**20, description="Bytes of request bodies held in memory, over all requests."
    )
    max_orders: int = Field(20_000, ge=1, description="Orders open at a time, over all callers.")
    max_orders_per_key: int = Field(5_000, ge=1, description="Orders of one API key open at a time.")
    max_requests_per_key: float = Field(
        200.0, gt=0, le=1e6, description="Requests a second of one API key, with ten seconds' worth at once."
    )
    max_bytes_per_key: int = Field(
        48 * 2**20, ge=16 * 2**20, description="Bytes of request bodies of one API key held in memory."
    )
    max_waiting_per_key: int = Field(
        64, ge=1, le=65536, description="Calls of one API key that wait, or follow events, at a time."
    )
    header_limit_s: float = Field(10.0, gt=0, le=3600, description="Seconds that the head of a request may take.")
    body_limit_s: float = Field(
        20.0, gt=0, le=3600, description="Seconds that a body may take, and one more for each 64 KiB of it."
    )
    retention_days: float = Field(
        90.0, ge=0, le=36500, description="Days after which a finished job that nobody used goes; 0: none ever goes."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The least that is logged.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The first that has a setting decides. Raises SettingsFileError."""
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
            raise ValueError("this is no SQLAlchemy URL: sqlite:///FILE or postgresql://USER@HOST/DATABASE") from None
        if made.get_backend_name() not in ("sqlite", "postgresql"):
            raise ValueError("only sqlite:/// and postgresql:// URLs are supported")
        if made.drivername == "postgresql":
            made = made.set(drivername="postgresql+psycopg")
        return made.render_as_string(hide_password=False)

    @property
    def store_url(self) -> str:
        """Where manifests, jobs and layouts are kept."""
        return self.database_url or f"sqlite:///{self.data_dir / 'warpack.sqlite'}"

    @property
    def engine_url(self) -> str:
        """Where the job engine keeps its queue: beside the store on PostgreSQL, in a schema of its own; else in a file
        of its own, so that its polling never waits for the store."""
        if make_url(self.store_url).get_backend_name() == "postgresql":
            return self.store_url
        return f"sqlite:///{self.data_dir / 'engine.sqlite'}"
