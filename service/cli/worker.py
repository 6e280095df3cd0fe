"""`warpack worker`."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from warpack.service.cli.exits import BAD_INPUT, DONE, FAILED, CommandFailed
from warpack.service.cli.settings import Config, settings_with

if TYPE_CHECKING:
    from warpack.service.jobs.gpu import Gpu

_LOG = logging.getLogger("warpack.worker")


def worker(
    *,
    data_dir: Annotated[
        Path | None, Parameter(help="The service's folder (WARPACK_DATA_DIR; the user's data folder).")
    ] = None,
    workers: Annotated[int | None, Parameter(help="Jobs of each kind at a time (WARPACK_WORKERS; 2).")] = None,
    gpu: Annotated[
        bool, Parameter(negative="", show_default=False, help="Validate on this machine's GPU, and do nothing else.")
    ] = False,
    device: Annotated[int, Parameter(help="With --gpu: which GPU, as the driver numbers them.")] = 0,
    sanitizer: Annotated[
        bool, Parameter(negative="", show_default=False, help="With --gpu: run compute-sanitizer over each validation.")
    ] = False,
    config: Config = None,
) -> int:
    """Work on the jobs of a service that shares the data folder, until Ctrl-C or SIGTERM.

    With --gpu it takes the validations of level hardware for its GPU's architecture, one at a time. That needs the
    driver, cuda-bindings and numpy ("warpack doctor" says what is missing) and a service whose other workers compile.
    """
    settings = settings_with(data_dir=data_dir, workers=workers, config=config)
    if not settings.workers:
        raise CommandFailed("a worker with --workers 0 would do nothing: 1 or more", BAD_INPUT)
    if not gpu and (sanitizer or device):
        raise CommandFailed("--device and --sanitizer go with --gpu", BAD_INPUT)
    if gpu and workers not in (None, 1):
        raise CommandFailed("a worker with --gpu does one validation at a time: leave out --workers", BAD_INPUT)
    from warpack.service.logs import log_of_a_process
    from warpack.service.worker import work

    found = _gpu(device, sanitizer) if gpu else None
    what = "" if found is None else f", on {found.device['name']} (compute capability {found.compute_capability})"
    with log_of_a_process(settings.log_level):
        work(settings, ready=lambda: _LOG.info(f"Working on the jobs in {settings.data_dir}{what}"), gpu=found)
    return DONE


def _gpu(ordinal: int, sanitizer: bool) -> Gpu:
    from warpack.gpu_runtime.hardware.errors import HardwareError
    from warpack.service.jobs.gpu import find_gpu

    if ordinal < 0:
        raise CommandFailed(f"--device {ordinal}: GPUs are numbered from 0", BAD_INPUT)
    try:
        return find_gpu(ordinal, sanitizer=sanitizer)
    except HardwareError as error:
        raise CommandFailed(
            f"no GPU to work with ({error.rule}): {error}\n`warpack doctor` says what this machine has and lacks.",
            FAILED,
        ) from None
