"""What recordings of a kernel have shown, in source positions: the same for every order of threads and every version
of Python, and to be merged with others.

model      the summary of a kernel
scopes     which elements are one thread's, or one group of threads', alone
living     where arrays are needed, and which pairs of elements are needed at once
making     from a recording to its summary
straight   a recording as one line of places, without loops
merging    two summaries of one kernel
static_facts  what the static analysis found
places     paths and arrays as JSON has them
text       summaries as JSON, and back
"""
