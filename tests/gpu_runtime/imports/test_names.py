"""Names of other tools become names that a manifest takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from warpack.gpu_runtime.imports.names import Names
from warpack.solver.wire.names import RESERVED, name_fault


def test_every_word_of_python_and_cpp_becomes_a_name() -> None:
    assert {word: fault for word in RESERVED if (fault := name_fault(Names().of(word)))} == {}


@given(st.lists(st.text(), unique=True))
def test_different_names_stay_different(sources: list[str]) -> None:
    names = Names()
    given = [names.of(source) for source in sources]
    assert len(set(given)) == len(sources)
    assert [name_fault(name) for name in given] == [None] * len(sources)
