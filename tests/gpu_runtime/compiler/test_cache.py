from __future__ import annotations

import errno
import multiprocessing
from pathlib import Path

import pytest

from warpack.gpu_runtime.compiler import KernelCache, ToolchainError, default_cache_folder
from warpack.gpu_runtime.compiler.cache import cache_key

_REQUEST = {"kernel": "def probe(): pass", "architecture": "8.6", "threads": 32}


def test_an_entry_comes_back_in_another_cache_on_the_same_folder(tmp_path: Path) -> None:
    KernelCache(tmp_path).put("key", {"cubin": "AAAA", "registers": 7})
    assert KernelCache(tmp_path).get("key") == {"cubin": "AAAA", "registers": 7}
    assert KernelCache(tmp_path).get("other") is None


def test_the_key_depends_on_every_part_of_the_request_and_on_the_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {
        cache_key(_REQUEST),
        cache_key(_REQUEST | {"threads": 64}),
        cache_key(_REQUEST | {"kernel": "def probe(): 1"}),
    }
    assert len(keys) == 3
    assert cache_key(dict(reversed(_REQUEST.items()))) in keys
    monkeypatch.setattr("warpack.gpu_runtime.compiler.cache.wheel_versions", lambda: {"nvvm": "1.0"})
    assert cache_key(_REQUEST) not in keys


def test_a_damaged_entry_is_as_good_as_none(tmp_path: Path) -> None:
    cache = KernelCache(tmp_path)
    cache.put("key", {"registers": 7})
    (entry,) = [
        path for path in (tmp_path / "kernels").rglob("*") if path.is_file() and path.read_bytes().startswith(b"{")
    ]
    entry.write_bytes(b'{"registers"')
    assert cache.get("key") is None
    cache.put("key", {"registers": 8})
    assert cache.get("key") == {"registers": 8}


def test_the_cache_stays_below_its_size_and_keeps_what_was_used_last(tmp_path: Path) -> None:
    cache = KernelCache(tmp_path, most_bytes=10_000)
    for number in range(30):
        cache.put(f"key {number}", {"text": "x" * 1000})
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 10_000
    assert cache.get("key 29") is not None
    assert cache.get("key 0") is None


def _write_and_read(folder: Path, rounds: int) -> int:
    cache = KernelCache(folder)
    whole = 0
    for number in range(rounds):
        key = f"key {number % 3}"
        cache.put(key, {"text": key * 20_000})
        found = cache.get(key)
        whole += found is None or found["text"] == key * 20_000
    return whole


def test_processes_side_by_side_never_read_half_an_entry(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.starmap(_write_and_read, [(tmp_path, 30)] * 2) == [30] * 2


def test_the_folder_is_chosen_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("WARPACK_CACHE_DIR", raising=False)
    assert default_cache_folder() == tmp_path / "warpack"
    monkeypatch.setenv("WARPACK_CACHE_DIR", str(tmp_path / "own"))
    assert default_cache_folder() == tmp_path / "own"


def test_a_folder_that_cannot_be_used_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolchainError, match="WARPACK_CACHE_DIR names a folder") as told:
        KernelCache(tmp_path / "file" / "cache")
    assert told.value.type == "cache-unusable"


def test_a_full_disk_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = KernelCache(tmp_path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(type(cache._files), "__setitem__", full)
    with pytest.raises(ToolchainError, match="No space left on device"):
        cache.put("key", {"registers": 7})
