"""Complete searches at a fixed capacity: a packing, or that there is none.

bitset_dfs      depth first over offset bitsets, for small cores
cpsat_model     what the CP-SAT searches share: parameters, offset variables, the model of strips
cpsat_pairs     CP-SAT, a boolean for each way that a pair may lie; the only model that knows windows
cpsat_stacking  CP-SAT along an order of plain intervals, no-overlap by cliques
cpsat_strips    CP-SAT for items with rigid rows, no-overlap by stretches of phases
cpsat_ordering  a model to prove with: which strip lies above which
cpsat_positions a model to prove with: where each item may be at all, where offsets are few
tight_intervals the strategies for plain intervals that leave hardly any room
skyline_search  plain intervals, the lowest valley of the skyline first, waste counted
"""
