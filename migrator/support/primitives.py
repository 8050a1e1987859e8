"""What torch offers under its functions: steps of recurrent cells, samplers by number, tests that two tensors are close."""

from __future__ import annotations

import mindspore as ms
import numpy as np
from mindspore import Tensor, ops

from migrator.support.recurrent import RECURRENT_STEPS, linear_gates
from migrator.support.spatial import grid_sample


def recurrent_step(mode, input, hidden, w_ih, w_hh, b_ih, b_hh):
    """One step of a cell of the given kind."""
    return RECURRENT_STEPS[mode](linear_gates(input, w_ih, b_ih), hidden, w_hh, b_hh)


def lstm_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    """torch.lstm_cell: the new hidden and cell state."""
    return recurrent_step("LSTM", input, tuple(hx), w_ih, w_hh, b_ih, b_hh)


def gru_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    """torch.gru_cell."""
    return recurrent_step("GRU", input, (hx,), w_ih, w_hh, b_ih, b_hh)[0]


def rnn_tanh_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    """torch.rnn_tanh_cell."""
    return recurrent_step("RNN_TANH", input, (hx,), w_ih, w_hh, b_ih, b_hh)[0]


def rnn_relu_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    """torch.rnn_relu_cell."""
    return recurrent_step("RNN_RELU", input, (hx,), w_ih, w_hh, b_ih, b_hh)[0]


def grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners):
    """torch.grid_sampler: grid_sample with its modes by number."""
    mode = ("bilinear", "nearest", "bicubic")[interpolation_mode]
    return grid_sample(input, grid, mode, ("zeros", "border", "reflection")[padding_mode], align_corners)


TOLERANCES = {
    ms.float16: (1e-3, 1e-5),
    ms.bfloat16: (1.6e-2, 1e-5),
    ms.float32: (1.3e-6, 1e-5),
    ms.float64: (1e-7, 1e-7),
    ms.complex64: (1.3e-6, 1e-5),
    ms.complex128: (1e-7, 1e-7),
}


def assert_close(
    actual,
    expected,
    *,
    allow_subclasses=True,
    rtol=None,
    atol=None,
    equal_nan=False,
    check_device=True,
    check_dtype=True,
    check_layout=True,
    check_stride=False,
    msg=None,
):
    """torch.testing.assert_close of tensors, numbers, and sequences and mappings of them. Raises AssertionError."""
    options = {"rtol": rtol, "atol": atol, "equal_nan": equal_nan, "check_dtype": check_dtype, "msg": msg}
    if isinstance(expected, dict):
        assert actual.keys() == expected.keys(), msg or "The keys of the mappings do not match"
        for key in expected:
            assert_close(actual[key], expected[key], **options)
        return
    if isinstance(expected, (list, tuple)):
        assert len(actual) == len(expected), msg or "The length of the sequences mismatch"
        for one, other in zip(actual, expected, strict=True):
            assert_close(one, other, **options)
        return
    one, other = (item if isinstance(item, Tensor) else ms.tensor(item) for item in (actual, expected))
    assert one.shape == other.shape, (
        msg or f"The values for attribute 'shape' do not match: {one.shape} != {other.shape}"
    )
    if check_dtype and isinstance(expected, Tensor):
        assert one.dtype == other.dtype, (
            msg or f"The values for attribute 'dtype' do not match: {one.dtype} != {other.dtype}"
        )
    relative, absolute = max(TOLERANCES.get(item.dtype, (0.0, 0.0)) for item in (one, other))
    relative, absolute = relative if rtol is None else rtol, absolute if atol is None else atol
    left, right = (item.float().asnumpy() if item.dtype == ms.bfloat16 else item.asnumpy() for item in (one, other))
    close = np.isclose(left, right, rtol=relative, atol=absolute, equal_nan=equal_nan)
    assert close.all(), msg or f"Tensor-likes are not close!\n\nMismatched elements: {(~close).sum()} / {close.size}"


def segment_reduce(data, reduce, *, lengths=None, indices=None, offsets=None, axis=0, unsafe=False, initial=None):
    """torch.segment_reduce of the first axis: "sum", "mean", "prod", "max" or "min" of runs of rows."""
    ends = np.cumsum(lengths.asnumpy()) if offsets is None else offsets.asnumpy()[1:]
    starts = np.concatenate([[0], ends[:-1]]) if offsets is None else offsets.asnumpy()[:-1]
    empty = {"sum": 0.0, "prod": 1.0, "max": -float("inf"), "min": float("inf"), "mean": float("nan")}[reduce]
    kernels = {"sum": ops.sum, "mean": ops.mean, "prod": ops.prod, "max": ops.amax, "min": ops.amin}
    rows = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if start == end:
            rows.append(ops.full(data.shape[1:], empty if initial is None else initial, dtype=data.dtype))
            continue
        row = kernels[reduce](data[start:end], 0)
        if initial is not None and reduce in ("sum", "prod"):
            row = row + initial if reduce == "sum" else row * initial
        elif initial is not None and reduce in ("max", "min"):
            row = ops.maximum(row, initial) if reduce == "max" else ops.minimum(row, initial)
        rows.append(row)
    return ops.stack(rows)
