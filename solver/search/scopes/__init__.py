"""Block and run regions that share one memory.

joint_packing   a better launch than packing one after the other gives
launch_bound    which launches bounds rule out
cpsat_joint     both regions in one model, one stride after the other
"""
