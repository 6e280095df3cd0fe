"""One region of a manifest, and both.

pack            one region without regard to windows
capacity_search the loop over capacities: bound up, packing down
bracket         both ends of the interval at once, one lane finding and one proving
windows         components that must lie in one hull
blocks          the same as rigid blocks
splitting       parts of splittable buffers apart, where that wins bytes
over            buffers of the block laid over the runs' windows
regions         both regions of a manifest
finish          the last packing, from the beginning to the end
"""
