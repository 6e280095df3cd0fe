"""Contiguous windows in a search at a fixed capacity: hulls that no other item cuts into."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cut:
    """The bytes `[start, end)` of an item, in units, may not lie in a hull. If `cures` are given, they may after all,
    as long as `offset_item - offset_member` is one of the given differences for each of these members."""

    item: int
    start: int
    end: int
    cures: tuple[tuple[int, tuple[int, ...]], ...] = ()


@dataclass(frozen=True)
class Hull:
    """The bytes from the lowest to the highest of `members`. None of `outside` (items that conflict with a member) may
    lie in it, and none of `cuts`."""

    members: tuple[int, ...]
    outside: tuple[int, ...]
    cuts: tuple[Cut, ...] = ()
