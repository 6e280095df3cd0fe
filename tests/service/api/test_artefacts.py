"""The files of a ready job: what the command line would write, the same bytes each time."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import Any
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from tests.helpers.pools import pool_document
from warpack.gpu_runtime import emit_checked, emit_files
from warpack.service.api.answers.files import FILES
from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.service.jobs.child_tasks.artefacts import packed
from warpack.service.render.chart import charts
from warpack.service.render.draw.views import VIEWS, View, draw
from warpack.solver import Layout, Manifest, load_manifest, read_layout


@pytest.fixture
def job(http: TestClient) -> dict[str, Any]:
    """Ready."""
    found: dict[str, Any] = http.post("/v1/layouts", json=MANIFEST, headers={"Prefer": "wait=60"}).json()
    assert found["state"] == "ready"
    return found


def documents(http: TestClient, job: dict[str, Any]) -> tuple[Manifest, Layout]:
    return load_manifest(http.get(job["links"]["manifest"]).json()), read_layout(job["layout"])


def test_each_file_is_what_its_function_writes(http: TestClient, job: dict[str, Any]) -> None:
    manifest, layout = documents(http, job)
    written = emit_files(layout, manifest)
    written |= {"allocators_checked.py": emit_checked(layout, manifest), "layout.svg": draw(manifest, layout)}
    for name, text in written.items():
        assert http.get(job["links"][name]).text == text
    assert "two buffers" in written["layout.svg"]
    ElementTree.fromstring(written["layout.svg"])


@pytest.mark.parametrize("view", VIEWS)
def test_every_picture_is_handed_out_in_both_themes_and_as_narrow_as_it_is_wanted(
    http: TestClient, job: dict[str, Any], view: View
) -> None:
    manifest, layout = documents(http, job)
    for theme in ("light", "dark"):
        answer = http.get(job["links"]["layout.svg"], params={"view": view, "theme": theme})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml; charset=utf-8")
        assert answer.text == draw(manifest, layout, view, theme)
    answer = http.get(job["links"]["layout.svg"], params={"view": view, "width": 400})
    assert answer.text == draw(manifest, layout, view, width=400)


def test_the_chart_has_every_stretch_of_the_picture(http: TestClient, job: dict[str, Any]) -> None:
    answer = http.get(f"/v1/layouts/{job['id']}/chart")
    assert answer.headers["etag"] == http.get(f"/v1/layouts/{job['id']}/chart").headers["etag"]
    found = answer.json()
    drawn = charts(*documents(http, job))
    assert found["phases"] == list(drawn[0].phase_names)
    for region, chart in zip(found["regions"], drawn, strict=True):
        assert (region["peak"]["used_bytes"], region["peak"]["phase"]) == chart.peak
        told = {
            (piece["name"], piece["start_bytes"], piece["end_bytes"], *stretch)
            for piece in region["pieces"]
            for stretch in piece["stretches"]
        }
        assert told == {
            (box.name, box.start_bytes, box.end_bytes, box.start, box.end, box.state, *([box.why] if box.why else []))
            for box in chart.boxes
        }
    assert http.get("/v1/layouts/none/chart").status_code == 404


def test_a_picture_that_there_is_not_is_refused_by_name(http: TestClient, job: dict[str, Any]) -> None:
    for query in ({"view": "pie"}, {"theme": "pink"}, {"width": "80"}, {"width": "9999"}, {"width": "full"}):
        answer = http.get(job["links"]["layout.svg"], params=query)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:warpack:problem:bad-parameter")
        assert next(iter(query)) in answer.json()["detail"]


def test_the_bundle_has_every_file_with_its_sum_and_the_same_bytes_each_time(
    http: TestClient, job: dict[str, Any]
) -> None:
    answer = http.get(job["links"]["bundle.zip"])
    assert answer.content == http.get(job["links"]["bundle.zip"]).content
    assert answer.headers["content-disposition"] == f'attachment; filename="warpack-{job["id"]}.zip"'
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    names = {"layout.json", "manifest.json", *(file.name for file in FILES if file.name != "bundle.zip")}
    assert set(archive.namelist()) == names | {"SHA256SUMS"}
    sums = dict(reversed(line.split("  ")) for line in archive.read("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(archive.read(name)).hexdigest() for name in names}
    manifest, layout = documents(http, job)
    assert archive.read("layout.json").decode() == layout.model_dump_json() + "\n"
    assert archive.read("manifest.json").decode() == manifest.model_dump_json() + "\n"
    for file in FILES:
        if file.name in names:
            assert archive.read(file.name) == http.get(job["links"][file.name]).content


def test_what_is_packed_depends_on_names_and_contents_alone() -> None:
    one = packed({"b": b"2", "a": b"1"})
    assert one == packed({"a": b"1", "b": b"2"}) != packed({"a": b"1", "b": b"3"})


@pytest.mark.parametrize("name", ["manifest", *(file.name for file in FILES)])
def test_a_file_that_a_caller_has_is_not_sent_again(http: TestClient, job: dict[str, Any], name: str) -> None:
    path = job["links"][name]
    first = http.get(path)
    head = http.head(path)
    assert (head.status_code, head.content) == (200, b"")
    for field in ("etag", "content-length", "content-type"):
        assert head.headers[field] == first.headers[field]
    again = http.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert http.get(path, headers={"If-None-Match": '"other"'}).content == first.content


def test_a_layout_without_checked_allocators_says_why_and_its_bundle_does_without(http: TestClient) -> None:
    buffers = [{**MANIFEST["buffers"][0], "name": "begin"}]
    posted = {**MANIFEST, "name": "the name of a check", "buffers": buffers}
    job = http.post("/v1/layouts", json=posted, headers={"Prefer": "wait=60"}).json()
    answer = http.get(job["links"]["allocators_checked.py"])
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:warpack:problem:no-checked-allocators")
    assert "begin" in answer.json()["detail"]
    archive = zipfile.ZipFile(io.BytesIO(http.get(job["links"]["bundle.zip"]).content))
    assert "allocators_checked.py" not in archive.namelist()
    assert "allocators.py" in archive.namelist()


def test_a_pool_goes_through_the_service_with_its_offsets_in_the_bundle(http: TestClient) -> None:
    buffers = [
        {"name": "a", "size": 3 * 2**30, "lifetime": [[0, 2]]},
        {"name": "b", "size": 2**30, "lifetime": [[1, 3]]},
        {"name": "c", "size": 3 * 2**30, "lifetime": [[2, 4]]},
    ]
    posted = pool_document(*buffers, validation="best")
    checked = http.post("/v1/manifests:check", json=posted).json()
    assert checked["lower_bound"]["pool"]["size_bytes"] == 4 * 2**30
    job = http.post("/v1/layouts", json=posted, headers={"Prefer": "wait=60"}).json()
    assert (job["state"], job["validation"]["level"]) == ("ready", "static")
    manifest, layout = documents(http, job)
    assert layout.pool is not None
    assert layout.pool.pool_bytes == 4 * 2**30
    archive = zipfile.ZipFile(io.BytesIO(http.get(job["links"]["bundle.zip"]).content))
    assert archive.read("offsets.csv").decode() == emit_files(layout, manifest)["offsets.csv"]
    ElementTree.fromstring(http.get(job["links"]["layout.svg"]).text)
    assert http.get(job["links"]["allocators_checked.py"]).status_code == 409
    refused = http.get(job["links"]["allocators.py"])
    assert refused.status_code == 409
    assert "pool" in refused.json()["detail"]
