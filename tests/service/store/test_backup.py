"""A backup is one moment of a store in use. Restored, all that had ended is there, and what was open goes on."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from tests.helpers.postgres import Server
from tests.helpers.processes import eventually
from tests.helpers.stored import claim_solve, job_of, layout, made_ready, order, solved, verdict
from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.service.store.backup import BackupError, back_up, restore
from warpack.service.store.database import Database
from warpack.service.store.migrate import SCRIPTS
from warpack.service.store.workers import Worker


@pytest.fixture
def elsewhere(settings: Settings, request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Where no store is yet, on a database of the same kind."""
    if settings.database_url is None:
        return Settings(data_dir=tmp_path / "elsewhere")
    server: Server = request.getfixturevalue("postgres")
    return Settings(data_dir=tmp_path / "elsewhere", database_url=server.new_database())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.backup"


def test_a_backup_while_others_write_has_all_that_had_ended_and_the_open_work_goes_on(
    settings: Settings, elsewhere: Settings, store: Store, file: Path
) -> None:
    ended: list[str] = []
    enough = threading.Event()

    def work() -> None:
        number = 0
        while not enough.is_set():
            ended.append(made_ready(store, order(sha256=f"{number:064x}")))
            store.jobs.take(order("open", sha256=f"{number:063x}f"))
            number += 1

    writer = threading.Thread(target=work)
    writer.start()
    try:
        eventually(lambda: len(ended) >= 5, "some have ended")
        before = tuple(ended)
        back_up(settings, file)
        eventually(lambda: len(ended) > len(before), "the writer goes on")
    finally:
        enough.set()
        writer.join()
    restore(elsewhere, file)
    again = Store(elsewhere)
    for job_id in before:
        found = job_of(again, job_id)
        assert (found.state, found.layout) == ("ready", '{"validated": 1}')
        assert again.jobs.artefacts(job_id)["allocators.py"] == "code"
    jobs = again.jobs.newest(10_000)
    assert {job.state for job in jobs} <= {"ready", "queued", "solving", "validating"}
    for job in jobs:  # whatever moment it was, nothing is half there
        assert job.state != "ready" or job_of(again, job.id).layout is not None
    open_ones = [job for job in jobs if job.name == "open"]
    assert len(open_ones) >= len(before) - 1
    handed_over = {task.id for task in again.tasks.unsubmitted()}
    assert {job.solve_id for job in open_ones} <= handed_over
    newest = made_ready(again, order(sha256="9" * 64))
    assert job_of(again, newest).seq > max(job.seq for job in jobs)
    again.close()


def test_what_was_held_waits_again_and_nothing_is_counted(
    settings: Settings, elsewhere: Settings, store: Store, file: Path
) -> None:
    store.workers.beat(Worker("a worker", ("solve",)))
    claim = claim_solve(store, store.jobs.take(order(sha256="a" * 64)).task)
    _, (task,) = solved(store, order(sha256="b" * 64))
    validation = store.validations.claim(task, "a worker")
    assert validation is not None
    back_up(settings, file)
    restore(elsewhere, file)
    again = Store(elsewhere)
    assert again.workers.all() == ()
    assert not again.tasks.wanted((claim, validation))
    waiting = {task.id: task for task in again.tasks.unsubmitted()}
    assert {task.id: task.attempt for task in waiting.values()} == {claim.id: 2, validation.id: 2}
    solve = again.solves.claim(waiting[claim.id], "another")
    assert solve is not None
    assert len(again.solves.deliver(solve, layout())) == 1
    checked = again.validations.claim(waiting[validation.id], "another")
    assert checked is not None
    again.validations.deliver(checked, verdict())
    with again._database.reading() as connection:
        assert set(connection.execute(text("SELECT losses FROM solves")).scalars()) == {0}
    again.close()


def test_keys_still_open_the_restored_service(
    settings: Settings, elsewhere: Settings, store: Store, file: Path
) -> None:
    key = store.keys.make("ci", frozenset(("read",)), lasts_s=None)
    back_up(settings, file)
    assert file.stat().st_mode & 0o077 == 0
    restore(elsewhere, file)
    again = Store(elsewhere)
    assert again.keys.find(key) is not None
    again.close()


def test_a_store_that_holds_something_is_replaced_only_where_that_is_asked_for(
    settings: Settings, elsewhere: Settings, store: Store, file: Path
) -> None:
    kept = made_ready(store, order())
    back_up(settings, file)
    other = Store(elsewhere)
    lost = made_ready(other, order(sha256="b" * 64))
    other.close()
    with pytest.raises(BackupError, match=r"holds something .*manifests.*--replace"):
        restore(elsewhere, file)
    other = Store(elsewhere)
    assert job_of(other, lost).state == "ready"
    other.close()
    restore(elsewhere, file, replace=True)
    other = Store(elsewhere)
    assert job_of(other, kept).state == "ready"
    assert other.jobs.get(lost) is None
    other.close()


def test_a_store_that_was_only_made_counts_as_empty(
    settings: Settings, elsewhere: Settings, store: Store, file: Path
) -> None:
    kept = made_ready(store, order())
    back_up(settings, file)
    Store(elsewhere).close()
    restore(elsewhere, file)
    other = Store(elsewhere)
    assert job_of(other, kept).state == "ready"
    other.close()


def test_a_store_that_processes_work_on_is_never_replaced(settings: Settings, store: Store, file: Path) -> None:
    back_up(settings, file)
    store.workers.beat(Worker("alive"))
    with pytest.raises(BackupError, match="processes are at work"):
        restore(settings, file, replace=True)
    with store._database.writing() as connection:
        connection.execute(text("UPDATE workers SET lease_until = lease_until + 3600"))  # the clock was set back
    store.close()
    restore(settings, file, replace=True)


def test_a_backup_of_a_newer_version_is_refused(
    settings: Settings, elsewhere: Settings, store: Store, file: Path
) -> None:
    with store._database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    back_up(settings, file)
    with pytest.raises(BackupError, match=r"newer version of Warpack .*9999"):
        restore(elsewhere, file)


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004"])
def test_a_backup_of_an_older_version_is_brought_up_to_date(tmp_path: Path, file: Path, revision: str) -> None:
    old = Settings(data_dir=tmp_path)
    database = Database(old.store_url)
    with database.writing() as connection:
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    database.close()
    assert back_up(old, file).facts.revision == revision
    restore(Settings(data_dir=tmp_path / "new"), file)
    store = Store(Settings(data_dir=tmp_path / "new"))
    assert made_ready(store, order())
    store.close()
