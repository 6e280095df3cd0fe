"""Contiguous windows, as a search at a fixed capacity takes them: hulls that nothing cuts into."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cut:
    """The bytes `[start, end)` of an item, in units, that may not lie in a hull; but where `cures` are given, they may
    as long as `offset_item - offset_member` is one of the differences given, for each of these members."""

    item: int
    start: int
    end: int
    cures: tuple[tuple[int, tuple[int, ...]], ...] = ()


@dataclass(frozen=True)
class Hull:
    """`members` must lie in one stretch that none of `outside` (items that conflict with a member) and of `cuts` cuts
    into."""

    members: tuple[int, ...]
    outside: tuple[int, ...]
    cuts: tuple[Cut, ...] = ()
