"""What a run of a plan must show, by the plan alone, and the findings where it does not. `catalogue.CHECKS` lists the
checks."""
