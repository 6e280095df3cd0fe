"""Takes callers' orders into the store. If the store refuses one, that becomes a problem."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from warpack.service.api.answers.errors import ApiError
from warpack.service.api.edge.keys import Caller
from warpack.service.api.node.children import ManifestFacts
from warpack.service.api.node.handing_over import WITHIN_S
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.problems import ProblemDetails
from warpack.service.settings import Settings
from warpack.service.store import Caps, IdempotencyKeyReused, QueueFull
from warpack.service.store.records import PRIORITIES, Order, Priority, Taken

_RETRY_AFTER_S = 10


class Intake:
    """Every method blocks: call them off the event loop."""

    def __init__(self, runner: JobRunner, settings: Settings) -> None:
        self._runner = runner
        self._caps = Caps(settings.max_orders, settings.max_orders_per_key)

    def order(
        self,
        caller: Caller,
        manifest: ManifestFacts,
        document: str,
        sha256: bytes,
        idempotency_key: str | None,
        priority: Priority | None = None,
    ) -> Order:
        """`sha256` is the hash of the posted bytes. With no `priority`, the order has that of the caller's key."""
        best = manifest.validation == "best"
        return Order(
            name=manifest.name,
            manifest_sha256=manifest.sha256,
            document=document,
            required=manifest.validation,
            time_limit_s=manifest.time_limit_s,
            caller=caller.id,
            idempotency_key=idempotency_key,
            request_sha256=sha256.hex(),
            compute_capability=manifest.compute_capability,
            buffers=manifest.buffers,
            priority=min(priority or caller.priority, caller.priority, key=PRIORITIES.index),
            best_level=self._runner.best_level(manifest.compute_capability) if best else "simulated",
        )

    def is_answered(self, order: Order) -> bool:
        """Whether the store has a finished job for the order, so that its caller need not wait."""
        stored = None if order.idempotency_key is not None else self._runner.store.jobs.look_up(order)
        return stored is not None and stored.job_id is not None

    def take(self, order: Order) -> Taken:
        """Stores the order. Raises ApiError: 422 if its idempotency key belongs to another request, 429 if there are
        too many open orders."""
        try:
            return self._runner.store.jobs.take(order, self._caps)
        except IdempotencyKeyReused:
            raise _reused() from None
        except QueueFull as full:
            raise refused(full) from None

    def take_all(self, orders: list[Order], keys_begin: str | None) -> list[Taken | QueueFull]:
        """Stores the orders of one caller. Raises ApiError if an idempotency key belongs to another request."""
        later = [replace(order, handed_over_in_s=WITHIN_S) for order in orders]
        try:
            return self._runner.store.jobs.take_all(later, self._caps, keys_begin=keys_begin)
        except IdempotencyKeyReused:
            raise _reused() from None


def _reused() -> ApiError:
    return ApiError(
        ProblemDetails(
            "idempotency-key-reused",
            "The Idempotency-Key was used with another body",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "The key belongs to an earlier request. Use a new key for a new one.",
        )
    )


def refused(full: QueueFull) -> ApiError:
    """The answer to an order that exceeds a cap."""
    return ApiError(no_place(full), {"Retry-After": str(_RETRY_AFTER_S)})


def no_place(full: QueueFull) -> ProblemDetails:
    """The problem of an order that exceeds a cap."""
    if full.own:
        return ProblemDetails(
            "order-quota",
            "Too many open orders of this key",
            HTTPStatus.TOO_MANY_REQUESTS,
            f"{full.most} orders of this key are not finished, and one key may have no more. Requests that the store can "
            "answer are still answered.",
        )
    return ProblemDetails(
        "queue-full",
        "Too many open orders",
        HTTPStatus.TOO_MANY_REQUESTS,
        f"{full.most} orders are not finished, and the service takes no more. Requests that the store can answer are "
        "still answered.",
    )
