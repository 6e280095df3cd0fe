"""One region of a manifest, and both.

pack            one region without regard to windows
interval_search the loop that closes an interval, as the plan says: bound up, packing down
windows         components that must lie in one hull
blocks          the same as rigid blocks
splitting       parts of splittable buffers apart, where that wins bytes
over            buffers of the block laid over the runs' windows
regions         both regions of a manifest
finish          the last packing, from the beginning to the end
"""
