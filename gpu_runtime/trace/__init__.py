"""Lifetimes found in the user's own kernel: recorded while it runs in numba's simulator.

    for summary in record_script("kernels.py"):            # in a process of its own, in numba's simulator
        timeline = timeline_of(summary)                     # phases, loops, barriers, lifetimes, scopes
        document = manifest_of(summary, timeline, "8.6")    # a manifest

positions   places in the source, call paths and work arrays: what recordings and static analysis have in common
source      what the source of a kernel says
record      the kernel as it runs, every access noted
summary     what recordings have shown, to be kept and merged
timeline    from summaries to phases and lifetimes
static      lifetimes from the source alone, all ways
verdicts    what is known of each pair of arrays, and judging asks it of a kernel
manifest    from timelines to manifests
report      what people are told
script      runs a script in a child process, and child is that process
against     a kernel's trace against a manifest that somebody wrote
proof       the same script on the bytes of the layout, results compared
"""
