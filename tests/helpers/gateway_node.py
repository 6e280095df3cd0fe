"""A worker that comes by the gateway, one call at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx2
from starlette.testclient import TestClient

from tests.helpers.for_devices import ARCHITECTURE
from warpack.service.jobs.capabilities import device_queue
from warpack.service.store import Store
from warpack.service.store.keys import Scope

QUEUE = device_queue(ARCHITECTURE)


def shown(store: Store, scope: Scope) -> dict[str, str]:
    return {"Authorization": f"Bearer {store.keys.make('a node', frozenset((scope,)), lasts_s=None)}"}


@dataclass
class Node:
    """A worker that came by the gateway."""

    http: TestClient
    key: dict[str, str]
    id: str = ""

    def introduce(self, *queues: str) -> httpx2.Response:
        said = {
            "queues": dict.fromkeys(queues or (QUEUE,), 2),
            "devices": [{"name": "a GPU", "compute_capability": ARCHITECTURE, "ordinal": 0, "sanitizer": False}],
            "versions": {"solver": "s-2", "validator": "v-2"},
        }
        answer = self.http.post("/v1/workers", json=said, headers=self.key)
        self.id = answer.json().get("id", "")
        return answer

    def claim(self, *queues: str, holds: tuple[str, ...] = (), wait_s: float = 20.0) -> httpx2.Response:
        said = {"queues": queues or (QUEUE,), "holds": holds, "wait_s": wait_s}
        return self.http.post(f"/v1/workers/{self.id}/claim", json=said, headers=self.key)

    def finds_nothing(self, *queues: str, holds: tuple[str, ...] = ()) -> bool:
        return self.claim(*queues, holds=holds, wait_s=0.1).status_code == 204

    def beat(self, *holds: str, claiming: bool = False, taking: bool = True) -> httpx2.Response:
        said = {"holds": holds, "claiming": claiming, "taking": taking}
        return self.http.post(f"/v1/workers/{self.id}/beat", json=said, headers=self.key)

    def end(self, claim: dict[str, Any], end: str, said: Any, token: str | None = None) -> httpx2.Response:
        task = claim["task"]
        return self.http.post(
            f"/v1/workers/{self.id}/{task['kind']}/{task['id']}/{end}",
            content=json.dumps(said),
            headers=self.key | {"Attempt-Token": token or claim["token"]},
        )


def type_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["type"]).removeprefix("urn:warpack:problem:")
