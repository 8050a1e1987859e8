"""The record format: what goes in comes out, and a record that lies is refused."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from migrator.execution.inside.tape import TapeFull, TapeReader, TapeWriter, decode, encode, leaves

PLAIN = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(max_size=8)
ARRAYS = npst.arrays(
    st.sampled_from(["f4", "f8", "f2", "i8", "i4", "u1", "?", "c8", "<U3"]),
    npst.array_shapes(min_dims=0, min_side=0, max_dims=4),
)
TREES = st.recursive(
    PLAIN | ARRAYS | st.binary(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


def same(left, right):
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, (list, tuple)):
        return type(left) is type(right) and len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and left == right


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=TREES)
def test_any_value_comes_back_as_it_was(tmp_path_factory, value):
    folder = tmp_path_factory.mktemp("tape")
    writer = TapeWriter(folder, 1 << 20)
    tree = encode(value, writer, lambda _: None)
    writer.close()

    assert same(decode(tree, TapeReader(folder), None), value)
    assert leaves(tree) is not None


def test_equal_arrays_are_kept_once(tmp_path):
    writer = TapeWriter(tmp_path, 1 << 20)
    first, second = writer.put(np.ones((2, 3))), writer.put(np.ones((3, 2)))
    writer.close()

    assert first["at"] == second["at"]
    assert TapeReader(tmp_path).get(second).shape == (3, 2)
    assert writer.size == 48


def test_a_full_tape_says_so_and_keeps_what_it_has(tmp_path):
    writer = TapeWriter(tmp_path, 100)
    kept = writer.put(np.arange(10.0))
    with pytest.raises(TapeFull):
        writer.put(np.arange(11.0))
    writer.close()

    assert TapeReader(tmp_path).get(kept).tolist() == list(range(10))


@pytest.mark.parametrize(
    "lie",
    [
        {"at": 8, "size": 80},
        {"at": -8, "size": 80},
        {"shape": [11]},
        {"shape": [-10]},
        {"shape": [2**40], "size": 80},
        {"dtype": "O"},
        {"bits": True},
        {"shape": [10, 10]},
    ],
)
def test_a_reference_that_lies_is_refused(tmp_path, lie):
    writer = TapeWriter(tmp_path, 1000)
    honest = writer.put(np.arange(10.0))
    writer.close()

    with pytest.raises((ValueError, TypeError)):
        TapeReader(tmp_path).get({**honest, **lie})


def test_what_has_no_safe_form_is_named_and_cannot_be_read(tmp_path):
    writer = TapeWriter(tmp_path, 1000)
    tree = encode([1, object()], writer, lambda _: None)
    writer.close()

    with pytest.raises(ValueError, match="an object of type object"):
        decode(tree, TapeReader(tmp_path), None)


def test_lines_end_at_the_first_that_is_no_object(tmp_path):
    (tmp_path / "losses.jsonl").write_text('{"step": 0}\n[1]\n{"step": 1}\n')
    assert list(TapeReader(tmp_path).lines("losses")) == [{"step": 0}]
