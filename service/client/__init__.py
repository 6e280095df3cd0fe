"""The Python client of the service.

    from warpack import Client

    with Client("http://localhost:8000", key="wp_…") as client:
        job = client.submit(manifest)                  # at once; `client.solve(manifest)` waits for its end
        for event in client.events(job.id):            # until the job is finished, over broken connections
            print(event.kind, event.data)
        layout = client.get(job.id).layout

`AsyncClient` has the same calls as coroutines and asynchronous iterators. Both clients share one set of calls (`calls`)
and one way to try again (`attempts`). A blocking and an asynchronous loop drive them (`clients`). If the service
refuses a call, that is an exception by the type of the problem (`problems`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warpack.solver.lazy import lazily

if TYPE_CHECKING:
    from warpack.service.client.clients import AsyncClient as AsyncClient
    from warpack.service.client.clients import Client as Client
    from warpack.service.client.problems import AlreadyFinished as AlreadyFinished
    from warpack.service.client.problems import ApiProblem as ApiProblem
    from warpack.service.client.problems import BadManifest as BadManifest
    from warpack.service.client.problems import BadRequest as BadRequest
    from warpack.service.client.problems import Forbidden as Forbidden
    from warpack.service.client.problems import JobFailed as JobFailed
    from warpack.service.client.problems import NotFound as NotFound
    from warpack.service.client.problems import NotReady as NotReady
    from warpack.service.client.problems import QuotaExceeded as QuotaExceeded
    from warpack.service.client.problems import ServiceFault as ServiceFault
    from warpack.service.client.problems import Unauthorized as Unauthorized
    from warpack.service.client.problems import Unavailable as Unavailable
    from warpack.service.client.problems import Unreachable as Unreachable
    from warpack.service.client.values import BatchEntry as BatchEntry
    from warpack.service.client.values import Event as Event
    from warpack.service.client.values import Job as Job
    from warpack.service.client.values import Page as Page

_HOMES = {
    **dict.fromkeys(("AsyncClient", "Client"), "warpack.service.client.clients"),
    **dict.fromkeys(
        (
            "AlreadyFinished",
            "ApiProblem",
            "BadManifest",
            "BadRequest",
            "Forbidden",
            "JobFailed",
            "NotFound",
            "NotReady",
            "QuotaExceeded",
            "ServiceFault",
            "Unauthorized",
            "Unavailable",
            "Unreachable",
        ),
        "warpack.service.client.problems",
    ),
    **dict.fromkeys(("BatchEntry", "Event", "Job", "Page"), "warpack.service.client.values"),
}

__all__ = list(_HOMES)

__getattr__ = lazily(__name__, _HOMES)
