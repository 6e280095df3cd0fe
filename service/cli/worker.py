"""`warpack worker`."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from warpack.service.cli.exits import BAD_INPUT, DONE, FAILED, CommandFailed
from warpack.service.cli.settings import Config, settings_with

if TYPE_CHECKING:
    from warpack.service.jobs.gateway.keeper import GatewayKeeper
    from warpack.service.jobs.gpu import Gpu
    from warpack.service.settings import Settings

_LOG = logging.getLogger("warpack.worker")
_GATEWAY, _TOKEN = "WARPACK_GATEWAY", "WARPACK_TOKEN"


def worker(
    *,
    data_dir: Annotated[
        Path | None, Parameter(help="The service's folder (WARPACK_DATA_DIR; the user's data folder).")
    ] = None,
    concurrency: Annotated[
        int | None,
        Parameter(name=("--concurrency", "--workers"), help="Tasks of each queue at a time (WARPACK_WORKERS; 2)."),
    ] = None,
    queues: Annotated[
        str,
        Parameter(help="Which tasks to take, separated by commas: solve, validate. The default is all that it can do."),
    ] = "",
    gpu: Annotated[
        bool,
        Parameter(
            negative="", show_default=False, help="Validate on this machine's GPU, and take from no queue but --queues."
        ),
    ] = False,
    device: Annotated[int, Parameter(help="With --gpu: the driver's number of the GPU.")] = 0,
    sanitizer: Annotated[
        bool, Parameter(negative="", show_default=False, help="With --gpu: run compute-sanitizer over each validation.")
    ] = False,
    gateway: Annotated[
        str | None, Parameter(help="URL of a service to work for by HTTPS, without its database (WARPACK_GATEWAY).")
    ] = None,
    token: Annotated[
        str | None,
        Parameter(
            help="With --gateway: an API key with the scope worker. Better set WARPACK_TOKEN: no process list shows it."
        ),
    ] = None,
    insecure: Annotated[
        bool,
        Parameter(
            negative="", show_default=False, help="With --gateway: allow http:// to another machine, unencrypted."
        ),
    ] = False,
    config: Config = None,
) -> int:
    """Work on the jobs of a service until Ctrl-C or SIGTERM. The service shares its database, or is at --gateway.

    At the signal it takes no more tasks, finishes short ones, and releases the others. A second signal releases all at
    once.

    With --gpu it takes the validations of level hardware for its GPU's architecture, one at a time. That needs the
    driver, cuda-bindings and numpy ("warpack doctor" says what is missing), and other workers that compile.
    """
    settings = settings_with(data_dir=data_dir, workers=concurrency, config=config)
    if not settings.workers:
        raise CommandFailed("a worker with --concurrency 0 would do nothing: 1 or more", BAD_INPUT)
    if not gpu and (sanitizer or device):
        raise CommandFailed("--device and --sanitizer need --gpu", BAD_INPUT)
    asked = [name.strip() for name in queues.split(",") if name.strip()]
    if gpu and not asked and concurrency not in (None, 1):
        raise CommandFailed(
            "a GPU does one validation at a time: leave out --concurrency, or say which --queues it is for", BAD_INPUT
        )
    from warpack.service.jobs.capabilities import queues_for
    from warpack.service.logs import log_of_a_process

    try:
        queues_for(asked, None)
    except ValueError as error:
        raise CommandFailed(f"--queues: {error}", BAD_INPUT) from None
    keeper = _gateway(gateway, token, insecure)
    found = _gpu(device, sanitizer) if gpu else None
    what = "" if found is None else f", on {found.device['name']} (compute capability {found.compute_capability})"
    where = f"of {gateway or os.environ.get(_GATEWAY)}" if keeper else f"in {settings.data_dir}"
    with log_of_a_process(settings.log_level):
        _work(settings, keeper, ready=lambda: _LOG.info(f"Working on the jobs {where}{what}"), gpu=found, queues=asked)
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


def _gateway(url: str | None, token: str | None, insecure: bool) -> GatewayKeeper | None:
    """None for a worker that shares the database."""
    url = url or os.environ.get(_GATEWAY)
    if url is None:
        if token is not None or insecure:
            raise CommandFailed("--token and --insecure need --gateway", BAD_INPUT)
        return None
    token = token or os.environ.get(_TOKEN)
    if not token:
        raise CommandFailed(f"--gateway needs an API key with the scope worker, in {_TOKEN} or --token", BAD_INPUT)
    from warpack.service.jobs.gateway.keeper import GatewayKeeper

    try:
        return GatewayKeeper(url, token, insecure=insecure)
    except ValueError as error:
        raise CommandFailed(f"--gateway: {error}", BAD_INPUT) from None


def _work(
    settings: Settings,
    keeper: GatewayKeeper | None,
    *,
    ready: Callable[[], None],
    gpu: Gpu | None,
    queues: Collection[str],
) -> None:
    from warpack.service.jobs.gateway.keeper import GatewayRefused
    from warpack.service.jobs.keeper import KeeperAway
    from warpack.service.worker import work, work_through_gateway

    if keeper is None:
        work(settings, ready=ready, gpu=gpu, queues=queues)
        return
    try:
        work_through_gateway(settings, keeper, ready=ready, gpu=gpu, queues=queues)
    except (GatewayRefused, KeeperAway) as error:
        raise CommandFailed(f"this worker cannot work for the service: {error}", FAILED) from None
