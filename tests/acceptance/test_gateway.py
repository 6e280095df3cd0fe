"""GPU workers that can only call out: one is killed and the network of another is cut, and each job has one result."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from tests.helpers.for_devices import ARCHITECTURE, found_on_device, left_to_a_device, posted, solved
from tests.helpers.gateway_process import gateway_worker
from tests.helpers.processes import PATIENCE_S, descendants, eventually, lives
from tests.helpers.service_process import service
from tests.helpers.wires import FAR_HOST, Wire, from_a_network_of_its_own, through_a_proxy
from warpack.service.settings import Settings
from warpack.service.store import Store


def for_a_device(store: Store, time_limit_s: float) -> str:
    job_id, task = posted(store, "hardware", time_limit_s=time_limit_s)
    left_to_a_device(store, solved(store, task))
    return job_id


def state(store: Store, job_id: str) -> str:
    return store.jobs.state(job_id) or ""


def held(store: Store) -> dict[str, tuple[str, str]]:
    """Task and token of the validation that each worker holds."""
    query = text("SELECT holder, id, token FROM validations WHERE state = 'validating'")
    with store._database.reading() as connection:
        return {row.holder: (row.id, row.token) for row in connection.execute(query)}


def counted(store: Store) -> dict[str, tuple[int, int]]:
    """Losses and attempts of each validation."""
    with store._database.reading() as connection:
        rows = connection.execute(text("SELECT id, losses, attempt FROM validations"))
        return {row.id: (row.losses, row.attempt) for row in rows}


@pytest.mark.parametrize(
    ("settings", "wired"),
    [("postgresql", through_a_proxy), ("sqlite", from_a_network_of_its_own)],
    indirect=["settings"],
)
def test_a_killed_worker_and_one_whose_network_is_cut_are_replaced_and_what_they_say_later_is_refused(
    tmp_path: Path, settings: Settings, store: Store, wired: Callable[[int], AbstractContextManager[Wire]]
) -> None:
    token = store.keys.make("a node", frozenset({"worker"}), lasts_s=None)
    folder = tmp_path
    with ExitStack() as stack:
        named = {"WARPACK_ALLOWED_HOSTS": FAR_HOST}
        serving = stack.enter_context(service(folder, workers=0, database_url=settings.database_url, settings=named))
        client = stack.enter_context(serving.client())
        wire = stack.enter_context(wired(int(serving.url.rpartition(":")[2])))
        far_url = f"http://{wire.host}:{wire.port}"
        cut_off = stack.enter_context(gateway_worker(folder / "cut off", far_url, token, ARCHITECTURE, wire.command))
        killed = stack.enter_context(gateway_worker(folder / "killed", serving.url, token, ARCHITECTURE))
        first, second = for_a_device(store, 5.0), for_a_device(store, 9.0)
        eventually(lambda: cut_off.begun() and killed.begun(), "each worker is at a job")

        def both_hold_one() -> tuple[str, str, str] | None:
            """Worker, task and token of the one that will be cut off. A machine that stands still for as long as a
            lease takes the tasks from both: they get them again."""
            holders = {device["uuid"]: device["worker"] for device in client.devices()["hardware_devices"]}
            holding = held(store)
            if set(holders) != {"cut off", "killed"} or set(holding) != set(holders.values()):
                return None
            return (holders["cut off"], *holding[holders["cut off"]])

        found = eventually(both_hold_one, "each worker holds a job")
        assert found is not None
        old_holder, task_id, old_token = found
        before = counted(store)
        below = descendants(killed.process.pid)
        wire.cut()
        killed.process.send_signal(signal.SIGKILL)
        third = stack.enter_context(gateway_worker(folder / "third", serving.url, token, ARCHITECTURE))
        third.go()
        eventually(lambda: {state(store, first), state(store, second)} == {"ready"}, "both jobs are ready")
        assert not any(lives(pid) for pid in below)
        jobs = [store.jobs.get(job_id) for job_id in (first, second)]
        wire.mend()
        cut_off.go()
        replayed = httpx2.post(
            f"{serving.url}/v1/workers/{old_holder}/device/{task_id}/found",
            json=found_on_device(passed=False),
            headers={"Authorization": f"Bearer {token}", "Attempt-Token": old_token},
        )
        assert replayed.status_code == 409
        eventually(lambda: len(client.devices()["hardware_devices"]) == 2, "it introduced itself again")
        assert [store.jobs.get(job_id) for job_id in (first, second)] == jobs
        assert counted(store) == {task: (losses + 1, attempt + 1) for task, (losses, attempt) in before.items()}
        with store._database.reading() as connection:
            query = text("SELECT document FROM reports WHERE level = 'hardware'")
            assert [json.loads(row)["passed"] for row in connection.execute(query).scalars()] == [True, True]
        for worker in (cut_off, third):
            worker.process.send_signal(signal.SIGTERM)
            assert worker.process.wait(PATIENCE_S) == 0
        assert client.devices()["workers"] == []
