"""The device table: every row is whole, and an unknown architecture says what is known."""

from __future__ import annotations

import subprocess
import sys

import pytest

from warpack.solver.devices import DEVICES, UnknownArchitecture, device


def test_every_row_is_a_device_whose_limits_make_sense() -> None:
    for cc, row in DEVICES.items():
        assert row.compute_capability == cc
        assert row.sm == "sm_" + cc.replace(".", "")
        assert row.max_warps_per_sm * row.warp_size == row.max_threads_per_sm
        assert 0 < row.max_smem_per_block_default <= row.max_smem_per_block_optin
        assert row.max_smem_per_block_optin + row.reserved_smem_per_block <= row.max_smem_per_sm
        assert row.max_smem_per_sm == row.carveout_steps_kb[-1] * 1024
        assert list(row.carveout_steps_kb) == sorted(set(row.carveout_steps_kb))
        assert row.max_smem_per_block_optin % row.smem_alloc_unit == 0


def test_an_unknown_architecture_names_the_known_ones() -> None:
    with pytest.raises(UnknownArchitecture, match=r"'6\.1'") as refused:
        device("6.1")
    assert all(name in str(refused.value) for name in DEVICES)


def test_importing_devices_reads_no_table() -> None:
    code = "import sys, warpack.solver.devices; sys.exit('warpack.solver.devices.table' in sys.modules or 'json' in sys.modules)"
    assert subprocess.run([sys.executable, "-S", "-c", code], check=False).returncode == 0
