"""A key is shown once, does what it may, and ends when it is revoked or over."""

from __future__ import annotations

import re

import pytest

from warpack.service.store import Store


def test_a_key_is_found_by_its_text_and_the_store_has_only_its_hash(store: Store) -> None:
    text = store.keys.make("ci", frozenset(("submit", "read")), lasts_s=None)
    assert re.fullmatch(r"wp_[0-9a-f]{16}_[A-Za-z0-9_-]{43}", text)
    found = store.keys.find(text)
    assert found is not None
    assert (found.name, found.scopes, found.expires_in_s) == ("ci", {"submit", "read"}, None)
    assert found.priority == "normal"
    with store._database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM api_keys").all()
    assert text.rpartition("_")[2] not in str(rows)
    assert store.keys.all() == (found,)
    assert store.keys.any_valid()


@pytest.mark.parametrize(
    "wrong", ["", "wp_", "nonsense", "wp_{id}_" + "A" * 43, "wp_0000000000000000_{secret}", "{all}x"]
)
def test_whatever_is_not_the_key_is_not_found(store: Store, wrong: str) -> None:
    text = store.keys.make("ci", frozenset(("read",)), lasts_s=None)
    _, key_id, secret = text.split("_", 2)
    assert store.keys.find(wrong.format(id=key_id, secret=secret, all=text)) is None


def test_a_key_ends_when_it_is_over_or_revoked(store: Store) -> None:
    over = store.keys.make("over", frozenset(("read",)), lasts_s=-1.0)
    assert store.keys.find(over) is None
    assert not store.keys.any_valid()
    lasting = store.keys.make("lasting", frozenset(("read",)), lasts_s=3600.0)
    found = store.keys.find(lasting)
    assert found is not None
    assert found.expires_in_s is not None
    assert 3500 < found.expires_in_s <= 3600
    assert store.keys.revoke(found.id)
    assert not store.keys.revoke(found.id)
    assert store.keys.find(lasting) is None
    assert not store.keys.revoke("none")
