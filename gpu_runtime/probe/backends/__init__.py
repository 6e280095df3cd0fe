"""The back ends that run a plan. Each has a parent's side (`*_level`), which makes the report, and a child's side
(`*_child`).

`prepared.prepare` makes the common input of all of them.
"""
