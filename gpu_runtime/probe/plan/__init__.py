"""What a probe fills, checks and hands over, step by step. `probe_plan.plan_probe` makes a plan; nothing here runs
one."""
