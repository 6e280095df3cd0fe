"""Who runs a plan. Each back end has a parent's side (`*_level`), which makes the report, and a child's side
(`*_child`).

`prepared.prepare` makes what all of them start from.
"""
