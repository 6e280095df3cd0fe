"""Instances from folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.instances.files import manifests, traces
from warpack.solver.wire.problems import ManifestError

TRACE = "id,lower,upper,size\n0,100,300,2048\n1,200,900,1024\n2,300,900,4096\n"


def test_a_trace_keeps_what_meets_and_loses_its_units(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TRACE, encoding="utf-8")
    (instance,) = traces(tmp_path, "traces")
    manifest = instance.manifest(1.0)
    assert (instance.name, manifest.timeline.length) == ("a", 3)
    assert [(one.size, one.lifetime) for one in manifest.buffers] == [(2, ((0, 2),)), (1, ((1, 3),)), (4, ((2, 3),))]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("id,lower,size\n0,1,2\n", "needs the columns"),
        ("id,lower,upper,size\n", "no row"),
        ("id,lower,upper,size\n0,5,5,8\n", "lower < upper"),
        ("id,lower,upper,size\n0,5,6,0\n", "size > 0"),
        ("id,lower,upper,size\n0,five,6,1\n", "a.csv, line 2"),
        ("id,lower,upper,size\n0,5,6\n", "a.csv, line 2"),
    ],
)
def test_a_bad_trace_is_refused_by_name(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=why) as caught:
        traces(tmp_path, "traces")
    assert "a.csv" in str(caught.value)


def test_folders_without_instances_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no manifests"):
        manifests(tmp_path, "manifests")
    with pytest.raises(ValueError, match="no traces"):
        traces(tmp_path, "traces")


def test_a_bad_manifest_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text(json.dumps({}), encoding="utf-8")
    with pytest.raises(ManifestError, match=r"broken\.json: "):
        manifests(tmp_path, "manifests")
