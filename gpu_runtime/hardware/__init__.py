"""Level `hardware`: the probe on a GPU, through the driver API.

The compiling side makes a *bundle* (`bundle_maker.py`): the probe's machine code for one architecture, the plan, and
what the compiler says the kernel needs. The side with the GPU runs it (`hardware_level.py`), in a process of its own
for every validation (`execute_child.py`), and needs only cuda-bindings and numpy: no compiler, no toolkit, never PTX.

A report of level hardware is made only for devices that prove to be real (`identity.py`).
"""
