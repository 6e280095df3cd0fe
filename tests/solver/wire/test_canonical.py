"""Canonical JSON is RFC 8785's, byte for byte, whichever encoder wrote it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.manifests import random_manifest
from warpack.solver import load_manifest
from warpack.solver.wire.canonical import canonical, quick_encoder

_TEXT = st.text(st.characters(codec="utf-8"))
_ASCII = st.text(st.characters(max_codepoint=127))
_SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _TEXT


def _documents(keys: st.SearchStrategy[str], scalars: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=30)


@given(_documents(_ASCII, _SCALARS))
def test_the_standard_library_writes_what_orjson_writes(document: Any) -> None:
    """The core is installed without orjson, and has the same hashes."""
    assert quick_encoder(None)(document) == quick_encoder(orjson)(document) == rfc8785.dumps(document)


@given(_documents(_ASCII, _SCALARS))
def test_documents_of_integers_text_and_ascii_keys_have_the_bytes_of_the_rfc(document: Any) -> None:
    assert canonical(document) == rfc8785.dumps(document)


@given(_documents(_TEXT, _SCALARS | st.floats(allow_nan=False, allow_infinity=False)))
def test_fractions_and_other_keys_have_the_bytes_of_the_rfc(document: Any) -> None:
    assert canonical(document) == rfc8785.dumps(document)


def test_every_control_character_is_written_as_the_rfc_does() -> None:
    text = "".join(map(chr, range(0x300))) + "\u2028\u2029\ufeff\U0001f600"
    assert canonical({"text": text}) == rfc8785.dumps({"text": text})


def test_keys_beyond_the_basic_plane_are_ordered_by_utf_16_units() -> None:
    assert canonical({"\uff5e": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\uff5e":1}'.encode()


@pytest.mark.parametrize("seed", range(20))
def test_manifests_have_the_bytes_of_the_rfc(seed: int) -> None:
    document = load_manifest(random_manifest(seed)).model_dump()
    assert canonical(document) == rfc8785.dumps(document)


@pytest.mark.parametrize("bad", [2**53, -(2**53), float("nan"), {1: 2}, "\ud800", {"\udc00": 1}, [object()], b"bytes"])
def test_what_the_rfc_does_not_have_is_refused(bad: object) -> None:
    with pytest.raises((rfc8785.CanonicalizationError, UnicodeEncodeError)):
        canonical([bad])
