"""Reads the buffers of a running CuBIE solver and says when each is live.

registry   the buffer registry's tree of components, as plain values
script     the phases of one step, from lifetimes.json and the solver's settings
liveness   from what each phase does to the phases in which each buffer is live
manifest   all of it as a Warpack manifest
systems    the equations that the examples solve
"""
