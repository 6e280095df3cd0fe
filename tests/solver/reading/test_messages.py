"""Problems say things in the user's own words: names where names were written, and which buffer is meant."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bad_manifests import BAD_MANIFESTS, manifest_of
from warpack.solver.reading import load_manifest
from warpack.solver.wire.problems import ManifestError, Problem

FLASH = {"phases": ["first", "qk", "epi", "out"], "loops": [["qk", "epi"]]}


def problem_of(document: dict[str, Any]) -> Problem:
    with pytest.raises(ManifestError) as caught:
        load_manifest(document)
    (problem,) = caught.value.problems
    return problem


def of_lifetime(*intervals: list[Any], **timeline: Any) -> Problem:
    return problem_of(manifest_of({"name": "tile", "lifetime": [*intervals]}, timeline=FLASH | timeline))


def test_what_a_loops_edge_carries_is_said_and_the_right_words_are_offered() -> None:
    problem = of_lifetime(["first", "qk"], ["epi", "qk"])
    assert problem.names == ("tile",)
    assert "tile" in problem.message
    assert "the loop's edge carries" in problem.message
    assert problem.message.endswith('Write ["first", "qk"], ["epi", "epi"].')
    load_manifest(manifest_of({"name": "tile", "lifetime": [["first", "qk"], ["epi", "epi"]]}, timeline=FLASH))


def test_the_offer_lasts_as_long_as_the_longer_of_the_two() -> None:
    loop = {"phases": ["first", "qk", "pv", "epi"], "loops": [["qk", "epi"]]}
    assert of_lifetime(["first", "qk"], ["epi", "pv"], **loop).message.endswith('["first", "pv"], ["epi", "epi"].')
    assert of_lifetime([3, 2], [0, 2], **loop).message.endswith("[3, 4), [0, 2).")


@pytest.mark.parametrize(
    ("interval", "shown", "meant"),
    [
        (["out", "qk"], '["out", "qk"]', '["qk", "out"]'),
        ([3, 1], "[3, 1)", "[1, 3)"),
        (["qk", "first"], '["qk", "first"]', '["first", "qk"]'),
    ],
)
def test_an_interval_that_cannot_wrap_is_shown_as_it_was_written(interval: list[Any], shown: str, meant: str) -> None:
    message = of_lifetime(interval).message
    assert f"The interval {shown} ends before it starts" in message
    assert message.endswith(f"Did you mean {meant}?")


def test_overlaps_are_shown_in_the_convention_of_each() -> None:
    message = of_lifetime([0, 3], ["qk", "qk"]).message
    assert '["qk", "qk"] begins inside [0, 3)' in message


def test_phases_without_names_are_numbers() -> None:
    barriers = [{"before": 1, "scope": "track"}]
    message = problem_of(manifest_of(timeline={"length": 2, "barriers": barriers})).message
    assert message.startswith("The barrier of scope track at the phase 1 stands in no track")


def test_a_break_and_its_tracks_are_named() -> None:
    tracks = [[{"name": "mma", "span": ["qk", "qk"], "threads": "rest"}]]
    loops = [{"span": ["qk", "epi"], "breaks": ["qk"]}]
    message = problem_of(manifest_of(timeline=FLASH | {"tracks": tracks, "loops": loops})).message
    assert '"qk" lies in "mma", a track inside the loop ["qk", "epi"]' in message


def test_who_ends_in_one_arm_is_told_of_the_others() -> None:
    timeline = {
        "phases": ["a", "then", "else", "z"],
        "branches": [{"arms": [["then", "then"], ["else", "else"]], "uniform": "block"}],
    }
    manifest = load_manifest(manifest_of({"name": "tile", "lifetime": [["then", "z"]]}, timeline=timeline))
    (warning,) = manifest.warnings
    assert (warning.type, warning.pointer, warning.names) == ("other_arms_free", "/buffers/0/lifetime/0", ("tile",))
    assert warning.message.startswith('tile: The interval ["then", "z"]')
    assert '(["else", "else"])' in warning.message


def test_a_part_is_named_by_its_buffer_and_itself() -> None:
    parts = [{"name": "row", "offset": 0, "size": 4, "lifetime": [[2, 9]]}]
    problem = problem_of(manifest_of({"name": "tile", "component": "c", "parts": parts}))
    assert problem.names == ("c/tile#row",)


def test_no_dtype_of_another_width_is_offered() -> None:
    assert "Did you mean" not in problem_of(manifest_of({"name": "a", "dtype": "float6_e3m2fn"})).message
    assert 'Did you mean "float4_e2m1fn"?' in problem_of(manifest_of({"name": "a", "dtype": "fp4"})).message


def test_whatever_is_wrong_inside_a_buffer_names_it() -> None:
    unnamed = []
    for bad in BAD_MANIFESTS:
        if not isinstance(bad.document, dict) or not bad.pointer.startswith("/buffers/"):
            continue
        with pytest.raises(ManifestError) as caught:
            load_manifest(bad.document)
        row = bad.document["buffers"][int(bad.pointer.split("/")[2])]
        if bad.pointer.endswith(("/name", "/component")) or not isinstance(row, dict):
            continue
        full_name = "/".join(filter(None, (row.get("component"), row["name"])))
        unnamed += [
            str(problem)
            for problem in caught.value.problems
            if not any(name.partition("#")[0] == full_name for name in problem.names)
            or full_name not in problem.message
        ]
    assert not unnamed


def of_target(**fields: Any) -> Problem:
    return problem_of(manifest_of({"name": "a"}, target={"compute_capability": "8.6"} | fields))


@pytest.mark.parametrize(
    ("field", "given", "told"),
    [
        ("shared_budget_bytes", "49152", 'must be "default", "opt-in" or an integer number of bytes'),
        ("shared_budget_bytes", "49152", "Without quotes: 49152."),
        ("shared_budget_bytes", "48KB", "Without quotes: 49152."),
        ("shared_budget_bytes", 1.5, 'must be "default", "opt-in" or an integer number of bytes, and is 1.5.'),
        ("shared_budget_bytes", "opt_in", 'Did you mean "opt-in"?'),
        ("carveout", "50", 'must be "max" or an integer from 0 to 100, and is "50". Without quotes: 50.'),
        ("carveout", 0.5, 'must be "max" or an integer from 0 to 100, and is 0.5.'),
        ("static_shared_bytes", "1 KiB", "Without quotes: 1024."),
        ("registers_per_thread", "32", "Without quotes: 32."),
    ],
)
def test_where_words_are_allowed_the_number_is_named_too(field: str, given: Any, told: str) -> None:
    assert told in of_target(**{field: given}).message


@pytest.mark.parametrize("given", ["sm_86", "sm86", "SM 86", "compute_86", "8,6", "86", 86, 8.6])
def test_an_architecture_in_another_spelling_is_recognised(given: Any) -> None:
    assert 'Did you mean "8.6"?' in of_target(compute_capability=given).message


def test_only_known_architectures_are_offered() -> None:
    assert 'Did you mean "9.0"?' in of_target(compute_capability="sm_90a").message
    assert 'Did you mean "10.0"?' in of_target(compute_capability=10).message
    assert "Did you mean" not in of_target(compute_capability=85).message
    assert "Did you mean" not in of_target(compute_capability=True).message


@pytest.mark.parametrize("words", ["size_bytes", "bytes", "elements"])
def test_another_word_for_the_size_is_told_the_field_and_its_unit(words: str) -> None:
    row = {"name": "a", "dtype": "int8", words: 4}
    with pytest.raises(ManifestError) as caught:
        load_manifest(manifest_of() | {"buffers": [row]})
    assert "Did you mean `size`, in elements of the dtype" in caught.value.problems[0].message


def test_a_size_in_quotes_is_told_to_stand_without() -> None:
    assert problem_of(manifest_of({"name": "a", "size": "64"})).message.endswith("Without quotes: 64.")
    assert "Without" not in problem_of(manifest_of({"name": "a", "size": "64KB"})).message  # elements, not bytes


def test_true_and_false_are_named_beside_the_words_of_zero() -> None:
    assert '"entry", "interval", true or false' in problem_of(manifest_of({"name": "a", "zero": "true"})).message


@pytest.mark.parametrize("one_too_many", [{"lifetime": [["first", "nope"]]}, {"persistent": True}])
def test_a_statement_too_many_hides_no_other_error(one_too_many: dict[str, Any]) -> None:
    misspelt = {"accesses_in": {"write": ["first"]}}
    part = {"parts": [{"offset": 0, "size": 4, **one_too_many, **misspelt}]}
    for row, at in (({**one_too_many, **misspelt}, ""), (part, "/parts/0")):
        with pytest.raises(ManifestError) as caught:
            load_manifest(manifest_of({"name": "tile", **row}, timeline=FLASH))
        pointers = {problem.pointer for problem in caught.value.problems}
        assert f"/buffers/0{at}/accesses_in/write" in pointers
        if "lifetime" in one_too_many:
            assert {f"/buffers/0{at}/accesses_in", f"/buffers/0{at}/lifetime/0/1"} <= pointers
