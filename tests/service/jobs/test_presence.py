"""Who is dead: by its lock at once, by its lease, or by standing still while the database's clock is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from warpack.service.jobs.presence import Presence
from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.service.store.workers import LEASE_S, Worker


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def presence(store: Store, settings: Settings, now: list[float]) -> Iterator[Presence]:
    made = Presence(store.workers, settings.data_dir / "live", Worker("own", ("solve",)), clock=lambda: now[0])
    made.start()
    yield made
    made.stop()


def ids(workers: tuple[Worker, ...]) -> list[str]:
    return [worker.id for worker in workers]


def test_a_process_is_alive_between_start_and_stop(store: Store, settings: Settings) -> None:
    presence = Presence(store.workers, settings.data_dir / "live", Worker("own", ("solve",)))
    assert store.workers.all() == ()
    presence.start()
    assert ids(presence.alive()) == ["own"]
    presence.stop()
    assert store.workers.all() == ()


def test_who_takes_no_tasks_is_entered_but_is_no_worker(store: Store, presence: Presence) -> None:
    store.workers.beat(Worker("an API", ()))
    assert ids(presence.look()[0]) == ["an API", "own"]
    assert ids(presence.alive()) == ["own"]


def test_a_lease_that_has_run_out_is_the_end(store: Store, presence: Presence, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("warpack.service.store.workers.LEASE_S", -1.0)
        store.workers.beat(Worker("stopped", ("solve",)))
    assert ids(presence.look()[1]) == ["stopped"]
    presence.remove("stopped")
    assert presence.look()[1] == ()


def test_a_worker_that_does_not_beat_is_dead_even_if_its_lease_seems_long(
    store: Store, presence: Presence, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("warpack.service.store.workers.LEASE_S", 3600.0)  # the clock was set back an hour
        store.workers.beat(Worker("hung", ("solve",)))
        store.workers.beat(Worker("busy", ("solve",)))
        assert presence.look()[1] == ()
        now[0] = LEASE_S / 2
        store.workers.beat(Worker("busy", ("solve",)))
        assert presence.look()[1] == ()
        now[0] = LEASE_S + 1
    assert ids(presence.look()[1]) == ["hung"]


def test_who_was_just_seen_to_beat_is_alive_even_if_its_lease_has_run_out(
    store: Store, presence: Presence, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.workers.beat(Worker("other", ("solve",)))
    assert presence.look()[1] == ()
    now[0] = 2.0
    monkeypatch.setattr("warpack.service.store.workers.LEASE_S", -3600.0)  # the clock was set forward an hour
    store.workers.beat(Worker("other", ("solve",)))
    assert presence.look()[1] == ()
    now[0] = LEASE_S
    assert ids(presence.look()[1]) == ["other"]


def test_who_was_given_up_and_goes_on_is_entered_again(store: Store, presence: Presence) -> None:
    other = Worker("other", ("solve",))
    store.workers.beat(other)
    presence.remove("other")
    store.workers.beat(other)
    assert ids(presence.alive()) == ["other", "own"]


def test_a_worker_behind_the_gateway_may_have_been_silent_while_no_api_was_there(
    store: Store, presence: Presence, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """This process has just started, and perhaps it was the one that the worker called."""
    with monkeypatch.context() as patch:
        patch.setattr("warpack.service.store.workers.LEASE_S", -1.0)
        store.workers.beat(Worker("gw-1", ("solve",)))
    assert presence.look()[1] == ()
    now[0] = LEASE_S + 1
    assert ids(presence.look()[1]) == ["gw-1"]
