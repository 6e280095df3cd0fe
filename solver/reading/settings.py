"""Reads the fields that are not about buffers: target, launch, solver options, objective, validation."""

from __future__ import annotations

import re
from typing import Any, Literal

from warpack.solver.reading.collector import Collector, escaped, show, unquoted
from warpack.solver.reading.fields import LARGEST, Fields
from warpack.solver.wire.manifest import Launch, SolverOptions, Target

MOST_THREADS = 1024
"""The most threads of a block on every architecture (CUDA programming guide, compute capabilities)."""
MOST_REGISTERS = 255
LONGEST_TIME_S = 3600
_BUDGETS: tuple[Literal["default", "opt-in"], ...] = ("default", "opt-in")
_CARVEOUTS: tuple[Literal["max"], ...] = ("max",)
_SPELLING = re.compile(r"(?:sm|compute|cc)?[_ ]?([0-9]+)[.,_ ]?([0-9])?[af]?", re.ASCII | re.IGNORECASE)


def read_target(collector: Collector, value: Any) -> Target:
    known = ("compute_capability", "shared_budget_bytes", "static_shared_bytes", "registers_per_thread", "carveout")
    fields = Fields(collector, value, "/target", known, ("compute_capability",))
    capability = _capability(fields) if "compute_capability" in fields else None
    return Target(
        capability or "",
        _budget(fields, capability),
        fields.integer("static_shared_bytes", 0, 0),
        fields.optional_integer("registers_per_thread", 1, MOST_REGISTERS),
        _carveout(fields),
    )


def _capability(fields: Fields) -> str | None:
    from warpack.solver.devices import DEVICES

    value = fields.values["compute_capability"]
    pointer = fields.pointer("compute_capability")
    if not isinstance(value, str):
        hint = _architecture(value)
        example = "" if hint else ', such as "8.6"'
        message = f"Must be a string in quotes{example}, and is {show(value)}.{hint}"
        fields.collector.error("wrong-type", pointer, message)
        return None
    if value in DEVICES:
        return value
    hint = _architecture(value) or fields.collector.hint(value, DEVICES)
    message = f"There is no architecture {show(value)} in the table.{hint} Known: {', '.join(DEVICES)}."
    fields.collector.error("unknown-architecture", pointer, message)
    return None


def _architecture(value: Any) -> str:
    """ " Did you mean …?" where the value is another spelling of an architecture: sm_86, compute_86, 86, 8.6."""
    from warpack.solver.devices import DEVICES

    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    found = _SPELLING.fullmatch(show(value).strip('" '))
    if found is None:
        return ""
    digits = "".join(filter(None, found.groups()))
    meant = [known for known in DEVICES if known.replace(".", "") in (digits, f"{digits}0")]
    return f' Did you mean "{meant[0]}"?' if meant else ""


def _budget(fields: Fields, capability: str | None) -> int | Literal["default", "opt-in"]:
    budget = fields.integer_or_word("shared_budget_bytes", _BUDGETS[0], _BUDGETS, 0, None, "an integer number of bytes")
    if isinstance(budget, int) and capability is not None:
        from warpack.solver.devices import DEVICES

        most = DEVICES[capability].max_smem_per_block_optin
        if budget > most:
            message = f"A block of compute capability {capability} can have at most {most} bytes of shared memory, not {budget}."
            fields.collector.error("budget-too-large", fields.pointer("shared_budget_bytes"), message)
    return budget


def _carveout(fields: Fields) -> int | Literal["max"]:
    return fields.integer_or_word("carveout", _CARVEOUTS[0], _CARVEOUTS, 0, 100, "an integer from 0 to 100")


def read_launch(collector: Collector, value: Any) -> Launch:
    known = ("threads_per_run", "threads_per_block", "max_threads_per_block", "threads_multiple", "bank_conflicts")
    fields = Fields(collector, value, "/launch", known)
    return Launch(
        fields.integer("threads_per_run", 1, 1, MOST_THREADS),
        fields.optional_integer("threads_per_block", 1, MOST_THREADS),
        fields.integer("max_threads_per_block", 1024, 1, MOST_THREADS),
        fields.integer("threads_multiple", 32, 1, MOST_THREADS),
        fields.choice("bank_conflicts", "avoid", ("avoid", "ignore")),
    )


def read_solver_options(collector: Collector, value: Any) -> SolverOptions:
    fields = Fields(collector, value, "/solver", ("time_limit_s", "seed", "warm_start"))
    return SolverOptions(_time_limit(fields), fields.integer("seed", 0, 0, LARGEST), _warm_start(fields))


def _time_limit(fields: Fields) -> float:
    value = fields.values.get("time_limit_s", 10)
    pointer = fields.pointer("time_limit_s")
    if type(value) not in (int, float):
        message = f"Must be a number of seconds, and is {show(value)}.{unquoted(value)}"
        fields.collector.error("wrong-type", pointer, message)
    elif not 0 < value <= LONGEST_TIME_S:
        message = f"`time_limit_s` must lie above 0 and be at most {LONGEST_TIME_S}, and is {show(value)}."
        fields.collector.error("out-of-range", pointer, message)
    else:
        return float(value)
    return 10.0


def _warm_start(fields: Fields) -> dict[str, int] | None:
    value = fields.values.get("warm_start")
    if value is None:
        return None
    if not isinstance(value, dict):
        fields.collector.wrong_type(fields.pointer("warm_start"), value, "an object of full buffer names and offsets")
        return None
    offsets: dict[str, int] = {}
    for name, offset in value.items():
        pointer = f"{fields.at}/warm_start/{escaped(name)}"
        if type(offset) is not int:
            message = f"An offset must be an integer, and is {show(offset)}.{unquoted(offset, of_bytes=True)}"
            fields.collector.error("not-an-integer", pointer, message)
        elif not 0 <= offset <= fields.collector.largest:
            message = f"An offset must lie between 0 and {fields.collector.largest}, and is {show(offset)}."
            fields.collector.error("out-of-range", pointer, message)
        else:
            offsets[name] = offset
    return offsets
