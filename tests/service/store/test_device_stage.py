"""Validations in two stages: what the first one found stands, what the device finds decides, and `best` may rise."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.service.store.database import Database
from warpack.service.store.migrate import SCRIPTS
from warpack.service.store.records import Claim, Job, Order, Task
from warpack.service.store.solves import SolvedLayout
from warpack.service.store.validations import Verdict

_ORDER = Order("n", "a" * 64, "{}", "hardware", 10.0, compute_capability="8.6")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(Settings(data_dir=tmp_path))
    yield opened
    opened.close()


def job_of(store: Store, job_id: str) -> Job:
    job = store.jobs.get(job_id)
    assert job is not None
    return job


def report(level: str, *, passed: bool = True) -> dict[str, object]:
    return {"level": level, "passed": passed, "findings": []}


def first_stage(store: Store, order: Order = _ORDER) -> tuple[str, Claim]:
    """A job that a worker validates up to level simulated."""
    taken = store.jobs.take(order)
    task = taken.task
    assert task is not None
    if task.kind == "solve":
        claim = store.solves.claim(task.id)
        assert claim is not None
        (task,) = store.solves.deliver(claim, SolvedLayout("optimal", "b" * 64, None, '{"layout": 1}'))
    claim = store.validations.claim(task.id)
    assert claim is not None
    return taken.job_id, claim


def hand_over(store: Store, claim: Claim) -> Task | None:
    reports = tuple(report(level) for level in ("static", "compiled", "simulated"))
    found = Verdict("simulated", reports, '{"validated": "simulated"}', {"allocators.py": "code"})
    return store.validations.hand_over(claim, found, "a bundle")


def test_a_device_is_given_the_bundle_and_the_reports_so_far_in_order(store: Store) -> None:
    _, claim = first_stage(store)
    task = hand_over(store, claim)
    assert task == Task("device", claim.id, "hardware", "8.6")
    assert store.validations.claim(claim.id) is None
    on_device = store.validations.claim(claim.id, "device")
    assert on_device is not None
    assert (on_device.bundle, on_device.layout, on_device.attempt) == ("a bundle", '{"layout": 1}', claim.attempt + 1)
    assert [json.loads(text)["level"] for text in on_device.reports] == ["static", "compiled", "simulated"]


def test_what_the_device_found_makes_the_job_ready_and_its_bundle_goes(store: Store, tmp_path: Path) -> None:
    job_id, claim = first_stage(store)
    hand_over(store, claim)
    on_device = store.validations.claim(claim.id, "device")
    assert on_device is not None
    store.validations.deliver(on_device, Verdict("hardware", (report("hardware"),), '{"validated": "hardware"}'))
    job = job_of(store, job_id)
    assert (job.state, job.level, job.layout) == ("ready", "hardware", '{"validated": "hardware"}')
    assert store.jobs.artefact(job_id, "allocators.py") == "code"
    with closing(sqlite3.connect(tmp_path / "warpack.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM bundles").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM reports").fetchone() == (4,)


def test_a_fault_that_the_device_finds_fails_the_job(store: Store) -> None:
    job_id, claim = first_stage(store)
    hand_over(store, claim)
    on_device = store.validations.claim(claim.id, "device")
    assert on_device is not None
    store.validations.deliver(
        on_device, Verdict("simulated", (report("hardware", passed=False),), problem='{"type": "x"}')
    )
    job = job_of(store, job_id)
    assert (job.state, job.level, job.layout) == ("failed", "simulated", None)


def test_a_bundle_goes_with_what_it_was_made_for(store: Store, tmp_path: Path) -> None:
    job_id, claim = first_stage(store)
    hand_over(store, claim)
    store.jobs.cancel(job_id)
    assert store.validations.claim(claim.id, "device") is None
    _, claim = first_stage(store)
    hand_over(store, claim)
    store.validations.fail(claim.id, "{}", stage="host")
    assert store.validations.claim(claim.id, "device") is not None
    store.validations.fail(claim.id, "{}", stage="device")
    with closing(sqlite3.connect(tmp_path / "warpack.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM bundles").fetchone() == (0,)


def test_a_late_first_stage_hands_nothing_over(store: Store) -> None:
    _, claim = first_stage(store)
    assert store.validations.claim(claim.id) is not None
    assert hand_over(store, claim) is None


def test_only_best_falls_back(store: Store) -> None:
    job_id, claim = first_stage(store)
    hand_over(store, claim)
    store.validations.fall_back(claim.id)
    assert job_of(store, job_id).state == "validating"
    job_id, claim = first_stage(store, replace(_ORDER, required="best", manifest_sha256="c" * 64))
    hand_over(store, claim)
    store.validations.fall_back(claim.id)
    job = job_of(store, job_id)
    assert (job.state, job.level, job.layout) == ("ready", "simulated", '{"validated": "simulated"}')


def test_when_best_has_risen_the_layout_is_validated_again_and_earlier_jobs_stay_ready(store: Store) -> None:
    best = replace(_ORDER, required="best")
    job_id, claim = first_stage(store, best)
    store.validations.deliver(claim, Verdict("simulated", (report("simulated"),), '{"validated": "simulated"}'))
    assert store.jobs.take(best).job_id == job_id
    higher, second = first_stage(store, replace(best, best_level="hardware"))
    assert higher != job_id
    assert second.id != claim.id
    assert job_of(store, job_id).state == "ready"
    assert job_of(store, job_id).layout == '{"validated": "simulated"}'
    hand_over(store, second)
    on_device = store.validations.claim(second.id, "device")
    assert on_device is not None
    store.validations.deliver(on_device, Verdict("hardware", (report("hardware"),), '{"validated": "hardware"}'))
    assert store.jobs.take(replace(best, best_level="hardware")).job_id == higher
    assert store.jobs.take(best).job_id == higher


def test_a_store_of_the_first_version_learns_the_architectures_of_its_manifests(tmp_path: Path) -> None:
    database = Database(Settings(data_dir=tmp_path).store_url)
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO manifests (sha256, document, created_at) VALUES (?, ?, 't')",
            ("a" * 64, json.dumps({"target": {"compute_capability": "9.0"}})),
        )
        command.upgrade(config, "head")
        found = connection.exec_driver_sql("SELECT compute_capability FROM manifests").fetchall()
        assert [tuple(row) for row in found] == [("9.0",)]
        command.downgrade(config, "0001")
        command.upgrade(config, "head")
    database.close()
