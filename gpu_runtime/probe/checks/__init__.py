"""What must have come of a plan, by the plan alone, and the findings where it did not. `catalogue.CHECKS` lists the
checks."""
