"""Calls made from the API's own description, right and wrong ones: none is answered with a fault of ours, and every
answer is one that the description tells of. `python -m benchmarks.generated_calls` makes 20,000 of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import missing_required_header, positive_data_acceptance

DESCRIPTION = json.loads((Path(__file__).parents[3] / "docs" / "openapi.json").read_text(encoding="utf-8"))
CALLS = schemathesis.openapi.from_dict(DESCRIPTION)
CALLS.config.phases.coverage.enabled = False  # thousands of calls, which are left to the command

pytestmark = pytest.mark.slow

LEFT_OUT = [
    positive_data_acceptance,  # a manifest may keep its schema and still break a rule
    missing_required_header,  # no header is required
]


# The server draws random ids in a thread of its own, which Hypothesis takes for a strategy that does.
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
@CALLS.parametrize()
@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_described_and_none_a_fault(case: schemathesis.Case, url: str) -> None:
    case.call_and_validate(base_url=url, excluded_checks=LEFT_OUT)
