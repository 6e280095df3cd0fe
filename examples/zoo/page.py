"""docs/zoo.md: a table of all kernels, then each with its source, its figures and its card."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from examples.zoo.results import Result

COLUMNS = 120

_HEAD = """
# Kernels of public projects

{count} kernels, with what each of them keeps in shared memory, when it needs it, and where its authors put it. Warpack
packs the same buffers, and proves that its layout has the fewest bytes. {optimal} of the hand-made layouts are proven to
be optimal already. The others could do with up to {most} fewer bytes.

Written by `python -m examples.zoo`, which solves and verifies every manifest of [examples/zoo](../examples/zoo), and
stops where one is not proven. The milliseconds are those of the processor, the least of {trials} solves, each from the
manifest to the proven layout, on {machine}.

The lifetimes were read from the sources: their authors did not confirm them. A layout that has fewer bytes is a layout
of the same kernel, with the barriers that it has. Nothing was run on a GPU, and fewer bytes alone make no kernel
faster: the columns on the right say what a multiprocessor can hold by shared memory, where registers are not known.
Sizes are those of one instance of each kernel.
"""

_TABLE = """
| kernel | by hand | Warpack, proven | | threads per block | blocks a multiprocessor | solved in |
|---|---:|---:|---:|---|---|---:|
"""

_TAIL = """\
## Add one

Write its manifest into `examples/zoo`, with the project's own layout as its `baseline`, and what it is into
[kernels.toml](../examples/zoo/kernels.toml): project, commit, files, and in one line how you read the lifetimes. Then
`python -m examples.zoo` makes this page anew.
"""


def page(results: Sequence[Result], machine: str, trials: int) -> str:
    gains = [one for one in results if not one.hand_is_optimal]
    most = max(1 - one.now / one.before for one in gains)
    head = _HEAD.format(
        count=len(results), optimal=len(results) - len(gains), most=f"{most:.0%}", trials=trials, machine=machine
    )
    table = _TABLE + "".join(_row(one) for one in results)
    return "\n".join([_wrapped(head), table, *(_section(one) for one in results), _TAIL])


def _row(one: Result) -> str:
    unit = " a run" if one.of_runs else ""
    gain = "optimal by hand" if one.hand_is_optimal else f"{1 - one.now / one.before:.1%} fewer"
    cells = [
        f"[{_title(one)}](#{_anchor(_title(one))})",
        f"{one.before:,}{unit}",
        f"{one.now:,}{unit}",
        gain,
        _change(one.threads),
        _change(one.blocks),
        f"{one.seconds * 1000:.0f} ms",
    ]
    return f"| {' | '.join(cells)} |\n"


def _change(pair: tuple[int, int]) -> str:
    before, now = pair
    return f"{now}" if before == now else f"{before} -> {now}"


def _title(one: Result) -> str:
    return one.manifest.name


def _anchor(title: str) -> str:
    """What a heading of this text is linked by."""
    kept = "".join(letter for letter in title.lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")


def _section(one: Result) -> str:
    entry = one.entry
    where = f"**{entry.project}**" + (f" at {entry.commit[:10]}" if entry.commit else "")
    files = ", ".join(f"`{file}`" for file in entry.files)
    lines = [
        f"## {_title(one)}",
        "",
        _wrapped(f"{where}, {files}: `{entry.kernel}`. [Manifest]({_manifest(one)})."),
        "",
        _wrapped(f"{_figures(one)} {entry.said}"),
        "",
        _wrapped(f"*Lifetimes*: {entry.read}"),
        "",
        f"![The card of this kernel](zoo/{entry.name}.svg)",
        "",
    ]
    return "\n".join(lines)


def _manifest(one: Result) -> str:
    folder = one.entry.path.parent.name
    return f"../examples/{folder}/{one.entry.path.name}"


def _figures(one: Result) -> str:
    what = "bytes a run" if one.of_runs else "bytes of the block region"
    if one.hand_is_optimal:
        return f"The layout by hand is proven optimal: {one.now:,} {what}."
    told = f"{one.before:,} -> {one.now:,} {what}"
    if one.threads[0] != one.threads[1]:
        return f"{told}, {one.threads[0]} -> {one.threads[1]} threads per block."
    if one.blocks[0] != one.blocks[1]:
        return f"{told}, {one.blocks[0]} -> {one.blocks[1]} blocks on a multiprocessor."
    return f"{told}; threads and blocks stay the same."


def _wrapped(text: str) -> str:
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(
        one if one.startswith("#") else fill(one, COLUMNS, break_long_words=False, break_on_hyphens=False)
        for one in paragraphs
    )
