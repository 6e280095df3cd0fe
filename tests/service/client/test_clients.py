"""Both clients: the same calls and answers, over connections that break."""

from __future__ import annotations

import asyncio
import inspect
import io
import json
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import warpack
from tests.helpers.dropping_relay import Relay, dropping_relay
from tests.helpers.hard_manifest import hard_manifest
from tests.helpers.toml_text import toml_of
from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.service.client import AsyncClient, BadManifest, Client, NotFound, Unreachable
from warpack.service.client.following import Following

Do = Callable[[Any], Awaitable[Any]]


class Blocking:
    """A blocking client whose calls can be awaited, so that one test is for both."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        if name in ("events", "follow", "jobs"):
            return lambda *given, **named: _each(call(*given, **named))

        async def do(*given: Any, **named: Any) -> Any:
            return call(*given, **named)

        return do


async def _each(values: Any) -> Any:
    for value in values:
        yield value


def run(kind: str, url: str, do: Do, **options: Any) -> Any:
    async def asynchronously() -> Any:
        async with AsyncClient(url, **options) as client:
            return await do(client)

    if kind == "asynchronous":
        return asyncio.run(asynchronously())
    with Client(url, **options) as client:
        return asyncio.run(do(Blocking(client)))


both = pytest.mark.parametrize("kind", ["blocking", "asynchronous"])


def manifest(size: int) -> dict[str, Any]:
    return {**MANIFEST, "buffers": [{**MANIFEST["buffers"][0], "size": size}]}


def test_both_have_the_same_calls() -> None:
    calls = {name for name, _ in inspect.getmembers(Following, inspect.isgeneratorfunction) if name[0] != "_"} - {
        "send"
    }
    for client in (Client, AsyncClient):
        assert calls <= set(vars(client))
        for name in calls:
            assert getattr(client, name).__doc__ == getattr(Following, name).__doc__


@both
def test_a_job_from_its_manifest_to_its_files(url: str, kind: str) -> None:
    async def do(client: Any) -> None:
        job = await client.solve(manifest(3))
        assert (job.state, job.finished, job.problem) == ("ready", True, None)
        assert job.layout.manifest_sha256 == job["manifest_sha256"]
        assert [event.kind async for event in client.events(job.id)][-1] == "ready"
        assert "def " in await client.artefact(job.id, "allocators.py")
        assert "SHA256SUMS" in zipfile.ZipFile(io.BytesIO(await client.bundle(job.id))).namelist()
        assert (await client.verify(manifest(3), job["layout"]))["passed"]
        assert (await client.check(manifest(3)))["valid"]
        read = await client.read(json.dumps(manifest(3)), check=True)
        assert (read["manifest"], read["checked"]["fits"]) == (manifest(3), True)
        with pytest.raises(BadManifest) as bad:
            await client.read("id,lower,upper,size\na,0,-,4", "csv")
        assert bad.value.errors[0]["line"] == 2
        page = await client.list(state=["ready"], manifest_sha256=job["manifest_sha256"])
        assert [each.id for each in page.jobs] == [job.id]
        assert [each.id async for each in client.jobs(manifest_sha256=job["manifest_sha256"])] == [job.id]
        assert (await client.devices())["workers"]
        assert (await client.caller())["scopes"] == ["read", "submit"]

    run(kind, url, do)


@both
def test_a_manifest_and_a_layout_may_be_given_in_any_form(url: str, kind: str, tmp_path: Path) -> None:
    text = json.dumps(manifest(5))
    as_json, as_toml = tmp_path / "m.json", tmp_path / "m.toml"
    as_json.write_text(text)
    as_toml.write_text(toml_of(manifest(5)))
    given = (warpack.load_manifest(manifest(5)), manifest(5), text, text.encode(), as_json, as_toml)

    async def do(client: Any) -> None:
        jobs = [await client.solve(each) for each in given]
        assert len({job["manifest_sha256"] for job in jobs}) == 1
        layout = jobs[0].layout
        in_file = tmp_path / "l.json"
        in_file.write_text(layout.model_dump_json())
        for each in given:
            assert (await client.check(each))["valid"]
            for made in (layout, layout.model_dump(), layout.model_dump_json(), in_file):
                assert (await client.verify(each, made))["passed"]
        assert {entry.job["manifest_sha256"] for entry in await client.batch(given)} == {jobs[0]["manifest_sha256"]}

    run(kind, url, do)


@both
def test_what_is_no_manifest_is_refused_in_words(url: str, kind: str, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.write_text("{}")

    async def do(client: Any) -> None:
        for call in (client.submit, client.solve, client.check, lambda one: client.batch([one])):
            for name in ("missing.json", "m.YAML", "m.yml", "m.toml", str(bare)):
                with pytest.raises(TypeError, match=f"this is a path: use pathlib.Path.'{name}'. or warpack.load_mani"):
                    await call(name)
            for wrong, named in ((None, "None"), (7, "int"), ([manifest(5)], "list")):
                with pytest.raises(TypeError, match=f"a warpack.Manifest.* is wanted here, not {named}"):
                    await call(wrong)
        for wrong in (manifest(5), json.dumps(manifest(5))):
            with pytest.raises(TypeError, match="batch takes several manifests"):
                await client.batch(wrong)
        with pytest.raises(ValueError, match=r"this document is not JSON: .* line 1 column 2"):
            await client.verify("{", manifest(5))
        with pytest.raises(BadManifest, match="not JSON"):
            await client.check("{")

    run(kind, url, do)


@both
def test_a_batch_has_an_entry_for_each(url: str, kind: str) -> None:
    async def do(client: Any) -> None:
        good, bad = await client.batch([manifest(7), manifest(-1)], priority="low")
        assert good.problem is None
        assert good.job["priority"] == "low"
        assert isinstance(bad.problem, BadManifest)
        assert bad.problem.problems[0].pointer == "/buffers/0/size"
        assert (await client.wait(good.job)).state == "ready"

    run(kind, url, do)


@both
def test_refusals_are_raised(url: str, kind: str) -> None:
    async def do(client: Any) -> None:
        with pytest.raises(BadManifest) as bad:
            await client.submit(manifest(-1))
        assert [problem.pointer for problem in bad.value.problems] == ["/buffers/0/size"]
        with pytest.raises(NotFound):
            await client.get("0" * 28)
        with pytest.raises(NotFound):
            async for _ in client.events("../devices"):
                pass

    run(kind, url, do)


@both
@pytest.mark.parametrize("keeps", [0, 40])
def test_an_order_whose_answer_is_lost_is_made_once(url: str, kind: str, keeps: int) -> None:
    size = 20 + keeps + (kind == "blocking")

    async def do(client: Any) -> None:
        job = await client.submit(manifest(size))
        batch = await client.batch([manifest(size), manifest(size + 100)])
        found = await client.list(manifest_sha256=job["manifest_sha256"])
        assert {each.id for each in found.jobs} == {job.id, batch[0].job.id}

    with dropping_relay(url) as relay:
        relay.drops, relay.keeps = 2, keeps
        run(kind, relay.url, do)
        assert relay.drops == 0
        assert sum(line.startswith(b"POST") for line in relay.seen) == 4


@both
def test_events_go_on_where_a_connection_broke(url: str, kind: str) -> None:
    def broken(relay: Relay) -> Do:
        async def do(client: Any) -> None:
            job = await client.submit(hard_manifest(time_limit_s=3))
            relay.drops, relay.to, relay.keeps = 2, b"GET", 900
            told = [event async for event in client.events(job.id)]
            ids = [event.id for event in told]
            assert ids == sorted(set(ids))
            assert told[-1].kind == "ready"
            assert [event.id async for event in client.events(job.id)] == ids
            assert [event.id async for event in client.events(job.id, after=ids[1])] == ids[2:]
            assert relay.drops == 0

        return do

    with dropping_relay(url) as relay:
        run(kind, relay.url, broken(relay))


@both
def test_a_service_that_is_not_there_is_told(kind: str) -> None:
    async def do(client: Any) -> None:
        with pytest.raises(Unreachable, match=r"http://127\.0\.0\.1:9 cannot be reached"):
            await client.devices()
        with pytest.raises(Unreachable):
            async for _ in client.events("0" * 28):
                pass

    run(kind, "http://127.0.0.1:9", do, retries=0)


@both
def test_a_job_is_cancelled_with_the_best_that_it_had(url: str, kind: str) -> None:
    async def do(client: Any) -> None:
        job = await client.submit(hard_manifest(5, time_limit_s=60))
        async for event in client.events(job.id):
            if event.kind == "incumbent":
                break
        cancelled = await client.cancel(job.id)
        assert cancelled.state == "cancelled"
        assert cancelled.best_so_far.status == "feasible"
        again = await client.get(job.id)
        assert again.best_so_far == cancelled.best_so_far
        assert again.layout is None

    run(kind, url, do)
