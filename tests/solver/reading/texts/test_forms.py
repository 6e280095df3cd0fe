"""A manifest in YAML or TOML is the manifest of the same JSON, and a bad one has the same problems, each with the line
and column of what it points at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from tests.bad_manifests import BAD_MANIFESTS, BadManifest, good
from tests.helpers.manifests import manifests
from tests.helpers.toml_text import toml_of
from warpack.solver import ManifestError, load_manifest, optimize
from warpack.solver.reading.texts.written import Form, Written
from warpack.solver.wire.problems import Problem

FORMS: tuple[Form, ...] = ("json", "yaml", "toml")

DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def text_of(document: dict[str, Any], form: Form) -> str:
    if form == "json":
        return json.dumps(document, indent=1)
    return (
        yaml.dump(document, Dumper=DUMPER, sort_keys=False, allow_unicode=True) if form == "yaml" else toml_of(document)
    )


def written(document: dict[str, Any], form: Form) -> Written:
    return Written(text_of(document, form).encode(), form, f"kernel.{form}")


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
@given(document=manifests())
def test_the_same_document_is_the_same_manifest_in_every_form(form: Form, document: dict[str, Any]) -> None:
    assert load_manifest(written(document, form)) == load_manifest(document)


@pytest.mark.parametrize(("end", "form"), [(".yaml", "yaml"), (".YML", "yaml"), (".toml", "toml"), (".json", "json")])
def test_the_end_of_a_files_name_says_its_form(tmp_path: Path, end: str, form: Form) -> None:
    path = tmp_path / f"kernel{end}"
    path.write_text(text_of(good(), form), encoding="utf-8")
    assert load_manifest(path) == load_manifest(str(path)) == load_manifest(good())


def problems_of(source: Any) -> tuple[Problem, ...]:
    with pytest.raises(ManifestError) as raised:
        load_manifest(source)
    return raised.value.problems


def expressible(bad: BadManifest, form: Form) -> bool:
    try:
        text_of(bad.document, form)  # type: ignore[arg-type]
    except (ValueError, TypeError, yaml.YAMLError):
        return False
    return True


CASES = {
    form: [
        bad
        for bad in BAD_MANIFESTS
        if isinstance(bad.document, dict) and len(bad.body) < 50_000 and expressible(bad, form)
    ]
    for form in FORMS
}


@pytest.mark.parametrize("form", FORMS)
def test_a_bad_manifest_has_the_same_problems_in_every_form_each_at_its_place(form: Form) -> None:
    for bad in CASES[form]:
        text = text_of(bad.document, form)  # type: ignore[arg-type]
        found = problems_of(Written(text.encode(), form, f"kernel.{form}"))
        assert found == problems_of(bad.document), bad.name
        for problem in found:
            assert problem.place is not None
            assert problem.place.file == f"kernel.{form}"
            rest = text.splitlines()[problem.place.line - 1][(problem.place.column or 1) - 1 :]
            if (key := last_key(bad.document, problem.pointer)) is not None:
                spelled = (key, json.dumps(key), json.dumps(key, ensure_ascii=False), f"'{key}'", f"? {key}")
                assert rest.lstrip("[- ").startswith(spelled) or rest.startswith("["), (bad.name, problem, rest)


def last_key(document: Any, pointer: str) -> str | None:
    """The key of an object that the pointer ends in; None where it ends in a list's item or in nothing that is
    there."""
    last = None
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document, last = document[int(step)], None
        elif isinstance(document, dict) and step in document:
            document, last = document[step], step
        else:
            return None
    return last


def test_the_cases_are_most_of_the_corpus() -> None:
    of_objects = sum(isinstance(bad.document, dict) for bad in BAD_MANIFESTS)
    assert all(len(cases) > 0.8 * of_objects for cases in CASES.values())


@pytest.mark.parametrize("form", FORMS)
def test_what_is_missing_is_told_at_the_object_that_lacks_it(form: Form) -> None:
    document = good()
    del document["buffers"][1]["dtype"]
    (problem,) = problems_of(written(document, form))
    lines = text_of(document, form).splitlines()
    assert problem.pointer == "/buffers/1/dtype"
    assert problem.place is not None
    around = "\n".join(lines[problem.place.line - 1 : problem.place.line + 2])
    assert "work" in around


@pytest.mark.parametrize("form", FORMS)
def test_warnings_have_their_places_too(form: Form) -> None:
    document = good() | {"solver": {"warm_start": {"nobody": 0}}}
    (warning,) = (one for one in load_manifest(written(document, form)).warnings if one.type == "warm_start_unknown")
    assert warning.place is not None
    assert "warm_start" in text_of(document, form).splitlines()[warning.place.line - 1]


def test_a_layout_says_nothing_of_the_file_that_its_manifest_came_from() -> None:
    document = good() | {"solver": {"warm_start": {"nobody": 0}}}
    of_file, of_values = (
        optimize(load_manifest(source)).model_dump() for source in (written(document, "yaml"), document)
    )
    assert of_file["warnings"] == of_values["warnings"] != []
    assert "kernel.yaml" not in json.dumps(of_file)


def test_bytes_and_objects_have_no_places() -> None:
    bad = good() | {"objective": "speed"}
    for source in (bad, json.dumps(bad).encode()):
        (problem,) = problems_of(source)
        assert problem.place is None


def test_a_place_is_no_part_of_what_a_problem_is() -> None:
    bad = good() | {"objective": "speed"}
    (placed,), (bare,) = problems_of(written(bad, "yaml")), problems_of(bad)
    assert placed == bare
    assert placed.to_json() == bare.to_json()
    assert str(placed).startswith("kernel.yaml:")
    assert str(placed).endswith(str(bare))
