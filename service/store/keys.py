"""API keys. A key says who calls, and what the caller may do. It is shown once, when it is made; the store has its
hash.

A key has 256 random bits. Nobody can guess them, so one round of SHA-256 is enough.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import insert, or_, select, update

from warpack.service.store.clock import db_now
from warpack.service.store.database import Database
from warpack.service.store.records import Priority, now
from warpack.service.store.tables import api_keys

Scope = Literal["submit", "read", "worker", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

_FORM = re.compile(r"wp_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Key:
    """`expires_in_s`: how long the key is still valid; below 0 it has expired; None if it never expires. `priority`:
    the highest, and the usual, priority of its orders."""

    id: str
    name: str
    scopes: frozenset[Scope]
    created_at: str
    expires_in_s: float | None
    revoked: bool
    priority: Priority = "normal"

    @property
    def valid(self) -> bool:
        """Whether the key is neither revoked nor expired."""
        return not self.revoked and (self.expires_in_s is None or self.expires_in_s > 0)


class Keys:
    """The repository of API keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make(self, name: str, scopes: frozenset[Scope], *, lasts_s: float | None, priority: Priority = "normal") -> str:
        """Makes a key and returns its text, which nothing can show again."""
        key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        with self._database.writing() as connection:
            connection.execute(
                insert(api_keys).values(
                    id=key_id,
                    name=name,
                    sha256=_hash(secret),
                    scopes=json.dumps(sorted(scopes)),
                    created_at=now(),
                    expires=None if lasts_s is None else db_now() + lasts_s,
                    revoked=False,
                    priority=priority,
                )
            )
        return f"wp_{key_id}_{secret}"

    def find(self, text: str) -> Key | None:
        """The valid key with this text."""
        parts = _FORM.fullmatch(text)
        if parts is None:
            return None
        with self._database.reading() as connection:
            row = connection.execute(_QUERY.where(api_keys.c.id == parts[1])).one_or_none()
        if row is None or not hmac.compare_digest(row.sha256, _hash(parts[2])):
            return None
        found = _to_key(row)
        return found if found.valid else None

    def all(self) -> tuple[Key, ...]:
        """All keys, with revoked and expired ones."""
        with self._database.reading() as connection:
            return tuple(map(_to_key, connection.execute(_QUERY.order_by(api_keys.c.created_at, api_keys.c.id))))

    def any_valid(self) -> bool:
        """Whether any key is valid now."""
        query = select(api_keys.c.id).where(
            api_keys.c.revoked.is_(False), or_(api_keys.c.expires.is_(None), api_keys.c.expires > db_now())
        )
        with self._database.reading() as connection:
            return connection.execute(query.limit(1)).one_or_none() is not None

    def revoke(self, key_id: str) -> bool:
        """Revokes a key. Returns whether there was such a key that was not revoked yet."""
        change = update(api_keys).where(api_keys.c.id == key_id, api_keys.c.revoked.is_(False))
        with self._database.writing() as connection:
            return bool(connection.execute(change.values(revoked=True)).rowcount)


_QUERY = select(api_keys, (api_keys.c.expires - db_now()).label("expires_in_s"))


def _to_key(row: object) -> Key:
    values = row._mapping  # type: ignore[attr-defined]  # a row of SQLAlchemy
    return Key(
        id=values["id"],
        name=values["name"],
        scopes=frozenset(json.loads(values["scopes"])),
        created_at=values["created_at"],
        expires_in_s=values["expires_in_s"],
        revoked=values["revoked"],
        priority=values["priority"],
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
