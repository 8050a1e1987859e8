"""torch's recurrent layers and cells, and packed sequences."""

from __future__ import annotations

import math
from collections import namedtuple

import mindspore as ms
import numpy as np
from mindspore import Parameter, Tensor, nn, ops
from mindspore.common._grad_function import _Function
from mindspore.common.initializer import Uniform as UniformInitializer
from mindspore.common.initializer import initializer as initial_value

from migrator.support.cells import SECOND_DERIVATIVES

PackedSequence = namedtuple(
    "PackedSequence", ["data", "batch_sizes", "sorted_indices", "unsorted_indices"], defaults=(None, None)
)
"""torch.nn.utils.rnn.PackedSequence: the steps of all sequences one after another, longest sequence first."""


def packed_to(packed, *args):
    """torch's ``PackedSequence.to``: another dtype for the data; a device changes nothing."""
    for given in args:
        if isinstance(given, ms.Type):
            packed = packed._replace(data=packed.data.astype(given))
    return packed


def packed_lengths(lengths):
    """Lengths given as a tensor or a sequence, as an int array."""
    return np.asarray(lengths.asnumpy() if isinstance(lengths, Tensor) else lengths).astype(np.int64)


def packed_places(lengths):
    """For lengths in falling order: the (step, sequence) of each packed row, and how many sequences each step has."""
    sizes = np.array([(lengths > step).sum() for step in range(int(lengths.max()))], np.int64)
    steps = np.repeat(np.arange(len(sizes)), sizes)
    sequences = np.concatenate([np.arange(size) for size in sizes])
    return steps, sequences, sizes


def pack_padded_sequence(input, lengths, batch_first=False, enforce_sorted=True):
    """torch.nn.utils.rnn.pack_padded_sequence."""
    lengths = packed_lengths(lengths)
    order = None
    if not enforce_sorted:
        order = np.argsort(-lengths, kind="stable")
        lengths = lengths[order]
        input = ops.gather(input, Tensor(order, ms.int32), 0 if batch_first else 1)
    elif (np.diff(lengths) > 0).any():
        raise RuntimeError("`lengths` array must be sorted in decreasing order when `enforce_sorted` is True.")
    steps, sequences, sizes = packed_places(lengths)
    input = input if batch_first else input.swapaxes(0, 1)
    flat = input.reshape((input.shape[0] * input.shape[1], *input.shape[2:]))
    data = ops.gather(flat, Tensor(sequences * input.shape[1] + steps, ms.int32), 0)
    if order is None:
        return PackedSequence(data, Tensor(sizes, ms.int64))
    return PackedSequence(
        data, Tensor(sizes, ms.int64), Tensor(order, ms.int64), Tensor(np.argsort(order, kind="stable"), ms.int64)
    )


def pad_packed_sequence(sequence, batch_first=False, padding_value=0.0, total_length=None):
    """torch.nn.utils.rnn.pad_packed_sequence: (padded, lengths) in the order before sorting."""
    sizes = sequence.batch_sizes.asnumpy()
    lengths = np.array([(sizes > n).sum() for n in range(int(sizes[0]))], np.int64)
    length = len(sizes) if total_length is None else total_length
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    index = np.full((len(lengths), length), -1, np.int64)
    for n, count in enumerate(lengths):
        index[n, :count] = starts[:count] + n
    if sequence.unsorted_indices is not None:
        back = sequence.unsorted_indices.asnumpy()
        index, lengths = index[back], lengths[back]
    data = sequence.data
    rows = ops.gather(data, Tensor(np.maximum(index, 0).reshape(-1), ms.int32), 0)
    padded = rows.reshape((*index.shape, *data.shape[1:]))
    if (index < 0).any():
        kept = Tensor((index >= 0).reshape(*index.shape, *(1,) * (data.ndim - 1)))
        padded = ops.where(kept, padded, ops.full(padded.shape, padding_value, dtype=padded.dtype))
    return (padded if batch_first else padded.swapaxes(0, 1)), Tensor(lengths, ms.int64)


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    """torch.nn.utils.rnn.pad_sequence."""
    longest = max(sequence.shape[0] for sequence in sequences)
    rows = []
    for sequence in sequences:
        missing = longest - sequence.shape[0]
        if missing:
            filler = ops.full((missing, *sequence.shape[1:]), padding_value, dtype=sequence.dtype)
            sequence = ops.concat([sequence, filler] if padding_side == "right" else [filler, sequence], 0)
        rows.append(sequence)
    return ops.stack(rows, 0 if batch_first else 1)


def pack_sequence(sequences, enforce_sorted=True):
    """torch.nn.utils.rnn.pack_sequence."""
    return pack_padded_sequence(
        pad_sequence(sequences), [sequence.shape[0] for sequence in sequences], enforce_sorted=enforce_sorted
    )


def unpad_sequence(padded_sequences, lengths, batch_first=False):
    """torch.nn.utils.rnn.unpad_sequence."""
    padded = padded_sequences if batch_first else padded_sequences.swapaxes(0, 1)
    return [padded[n, :length] for n, length in enumerate(packed_lengths(lengths).tolist())]


def unpack_sequence(packed_sequences):
    """torch.nn.utils.rnn.unpack_sequence."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)


def linear_gates(input, weight, bias):
    """input @ weight.T + bias, where there is a bias. (MindSpore's matmul gives a first operand of shape (1, 1, n) that
    came out of relu another rank on the way back; dense does not.)"""
    return ops.dense(input, weight, bias)


def lstm_step(gates, hidden, w_hh, b_hh):
    """One LSTM step from the input's gates; ``hidden`` is (h, c)."""
    h, c = hidden
    i, f, g, o = ops.chunk(gates + linear_gates(h, w_hh, b_hh), 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


def gru_step(gates, hidden, w_hh, b_hh):
    """One GRU step from the input's gates; ``hidden`` is (h,)."""
    (h,) = hidden
    i_r, i_z, i_n = ops.chunk(gates, 3, axis=-1)
    h_r, h_z, h_n = ops.chunk(linear_gates(h, w_hh, b_hh), 3, axis=-1)
    z = ops.sigmoid(i_z + h_z)
    n = ops.tanh(i_n + ops.sigmoid(i_r + h_r) * h_n)
    return ((1 - z) * n + z * h,)


def rnn_tanh_step(gates, hidden, w_hh, b_hh):
    """One step of a simple recurrent layer with tanh."""
    return (ops.tanh(gates + linear_gates(hidden[0], w_hh, b_hh)),)


def rnn_relu_step(gates, hidden, w_hh, b_hh):
    """One step of a simple recurrent layer with relu."""
    return (ops.relu(gates + linear_gates(hidden[0], w_hh, b_hh)),)


def lstm_by_kernel(x, hidden, backwards, weight_ih, weight_hh, bias_ih, bias_hh):
    """All steps of an LSTM in one direction by the CPU's kernel: 12 times as fast as step by step (measured, MindSpore
    2.10, 32 steps of 16 by 64, forwards and backwards). It has no second derivative."""
    parts = [weight_ih.reshape((-1, 1, 1)), weight_hh.reshape((-1, 1, 1))]
    if bias_ih is not None:
        parts.append((bias_ih + bias_hh).reshape((-1, 1, 1)))
    kernel = ops.LSTM(weight_ih.shape[1], weight_hh.shape[1], 1, bias_ih is not None, False, 0.0)
    h, c = (state.expand_dims(0) for state in hidden)
    output, h, c, _, _ = kernel(ops.flip(x, (0,)) if backwards else x, h, c, ops.concat(parts))
    return ops.flip(output, (0,)) if backwards else output, (h.squeeze(0), c.squeeze(0))


def logistic(x):
    """The sigmoid of an array; where its exponential is infinite, 0."""
    return 1 / (1 + np.exp(-x))


def array_step(mode, inner, outer, state):
    """One step of a recurrent layer on arrays, from the input's gates and the state's ones: the new state (h, or h and
    c), and what its way back needs."""
    if mode == "GRU":
        (h,) = state
        (i_r, i_z, i_n), (h_r, h_z, h_n) = np.split(inner, 3, -1), np.split(outer, 3, -1)
        r, z = logistic(i_r + h_r), logistic(i_z + h_z)
        n = np.tanh(i_n + r * h_n)
        return ((1 - z) * n + z * h,), (h, h_n, r, z, n)
    if mode == "LSTM":
        i, f, g, o = np.split(inner + outer, 4, -1)
        i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
        c = f * state[1] + i * g
        squashed = np.tanh(c)
        return (o * squashed, c), (state[1], i, f, g, o, squashed)
    new = np.tanh(inner + outer) if mode == "RNN_TANH" else np.maximum(inner + outer, 0)
    return (new,), (new,)


def array_step_back(mode, kept, gradients):
    """The way back through :func:`array_step`: the gradients of both kinds of gates, and those that go straight on to
    the state before."""
    if mode == "GRU":
        h, h_n, r, z, n = kept
        d_n = gradients[0] * (1 - z) * (1 - n * n)
        d_r, d_z = d_n * h_n * r * (1 - r), gradients[0] * (h - n) * z * (1 - z)
        inner, outer = np.concatenate([d_r, d_z, d_n], -1), np.concatenate([d_r, d_z, d_n * r], -1)
        return inner, outer, (gradients[0] * z,)
    if mode == "LSTM":
        before, i, f, g, o, squashed = kept
        d_c = gradients[1] + gradients[0] * o * (1 - squashed * squashed)
        parts = [d_c * g * i * (1 - i), d_c * before * f * (1 - f), d_c * i * (1 - g * g)]
        gates = np.concatenate([*parts, gradients[0] * squashed * o * (1 - o)], -1)
        return gates, gates, (np.zeros_like(d_c), d_c * f)
    (new,) = kept
    gates = gradients[0] * (1 - new * new if mode == "RNN_TANH" else new > 0)
    return gates, gates, (np.zeros_like(gates),)


class ArraySteps(_Function):
    """All steps of a recurrent layer in one direction on NumPy's arrays, forwards and back, with its way back written
    out: 5 to 30 times as fast as step by step on MindSpore's CPU, which starts a kernel for every sum (measured,
    MindSpore 2.10). ``mask`` (T, N, 1) tells which sequences go on; the others keep their state. Gives the states h of
    all steps (T, N, H), and the last c of an LSTM. It has no second derivative."""

    @staticmethod
    def forward(ctx, gates, weight, bias, h, c, mode, backwards, mask):
        inner, matrix, shift = gates.asnumpy(), weight.asnumpy(), bias.asnumpy()
        state = (h.asnumpy(), c.asnumpy()) if mode == "LSTM" else (h.asnumpy(),)
        order = range(len(inner))[:: -1 if backwards else 1]
        outputs = np.empty((*inner.shape[:2], matrix.shape[1]), inner.dtype)
        ctx.kept, ctx.before = [None] * len(inner), np.empty_like(outputs)
        ctx.order, ctx.mode, ctx.mask, ctx.matrix = order, mode, mask, matrix
        with np.errstate(over="ignore"):
            for t in order:
                ctx.before[t] = state[0]
                new, ctx.kept[t] = array_step(mode, inner[t], state[0] @ matrix.T + shift, state)
                state = new if mask is None else tuple(np.where(mask[t], *pair) for pair in zip(new, state))
                outputs[t] = state[0]
        return Tensor(outputs), Tensor(state[-1])

    @staticmethod
    def backward(ctx, d_outputs, d_last):
        d_outputs = d_outputs.asnumpy()
        d_state = [np.zeros_like(d_outputs[0]) for _ in range(2 if ctx.mode == "LSTM" else 1)]
        d_state[-1] = d_last.asnumpy()
        d_inner = np.zeros((*d_outputs.shape[:2], len(ctx.matrix)), d_outputs.dtype)
        d_outer = np.zeros_like(d_inner)
        for t in reversed(ctx.order):
            d_state[0] = d_state[0] + d_outputs[t]
            here = d_state if ctx.mask is None else [np.where(ctx.mask[t], d, 0) for d in d_state]
            d_inner[t], d_outer[t], straight = array_step_back(ctx.mode, ctx.kept[t], here)
            past = [] if ctx.mask is None else [d - h for d, h in zip(d_state, here)]
            d_state = [d + p for d, p in zip(straight, past)] if past else list(straight)
            d_state[0] = d_state[0] + d_outer[t] @ ctx.matrix
        rows = d_outer.reshape(-1, d_outer.shape[-1])
        d_matrix = rows.T @ ctx.before.reshape(len(rows), -1)
        found = [d_inner, d_matrix, rows.sum(0), *d_state]
        nothing = [None] * (8 - len(found))
        return (*(Tensor(np.ascontiguousarray(part)) for part in found), *nothing)


RECURRENT_STEPS = {"LSTM": lstm_step, "GRU": gru_step, "RNN_TANH": rnn_tanh_step, "RNN_RELU": rnn_relu_step}


class RecurrentLayer(nn.Cell):
    """torch's multi-layer, bidirectional recurrent networks for padded, packed and unbatched inputs."""

    def __init__(
        self,
        mode,
        input_size,
        hidden_size,
        num_layers=1,
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
        proj_size=0,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.mode, self.input_size, self.hidden_size, self.num_layers = mode, input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, float(dropout)
        self.bidirectional, self.proj_size = bidirectional, proj_size
        gates = {"LSTM": 4, "GRU": 3}.get(mode, 1) * hidden_size
        output = proj_size or hidden_size
        bound = 1 / math.sqrt(hidden_size) if hidden_size else 0.0
        self.weight_names = []
        for layer in range(num_layers):
            for direction in range(2 if bidirectional else 1):
                suffix = f"_l{layer}" + ("_reverse" if direction else "")
                width = input_size if layer == 0 else output * (2 if bidirectional else 1)
                shapes = {"weight_ih": (gates, width), "weight_hh": (gates, output)}
                if bias:
                    shapes.update(bias_ih=(gates,), bias_hh=(gates,))
                if proj_size:
                    shapes["weight_hr"] = (proj_size, hidden_size)
                for name, shape in shapes.items():
                    value = initial_value(UniformInitializer(bound), shape, dtype or ms.float32).init_data()
                    setattr(self, name + suffix, Parameter(value, name=name + suffix))
                self.weight_names.append([name + suffix for name in shapes])

    @property
    def all_weights(self):
        return [[getattr(self, name) for name in names] for names in self.weight_names]

    def flatten_parameters(self):
        """Nothing to do: MindSpore keeps no flat buffer of the weights."""

    def construct(self, input, hx=None):
        packed = isinstance(input, PackedSequence)
        mask = None
        single = False
        if packed:
            ordered = PackedSequence(input.data, input.batch_sizes)
            x, lengths = pad_packed_sequence(ordered)
            if hx is not None and input.sorted_indices is not None:
                order = input.sorted_indices.astype(ms.int32)
                hx = tuple(ops.gather(h, order, 1) for h in hx) if self.mode == "LSTM" else ops.gather(hx, order, 1)
            steps = np.arange(x.shape[0])[:, None] < lengths.asnumpy()[None, :]
            mask = None if steps.all() else Tensor(steps[:, :, None])
        else:
            single = input.ndim == 2
            x = input.expand_dims(1) if single else input.swapaxes(0, 1) if self.batch_first else input
            if single and hx is not None:
                hx = tuple(h.expand_dims(1) for h in hx) if self.mode == "LSTM" else hx.expand_dims(1)
        output, states = self.run_layers(x, self.first_states(x, hx), mask)
        if packed:
            rows, sequences, _ = packed_places(lengths.asnumpy())
            flat = output.reshape((output.shape[0] * output.shape[1], output.shape[2]))
            data = ops.gather(flat, Tensor(rows * output.shape[1] + sequences, ms.int32), 0)
            output = input._replace(data=data)
            if input.unsorted_indices is not None:
                back = input.unsorted_indices.astype(ms.int32)
                states = tuple(ops.gather(state, back, 1) for state in states)
        elif single:
            output = output.squeeze(1)
            states = tuple(state.squeeze(1) for state in states)
        elif self.batch_first:
            output = output.swapaxes(0, 1)
        return output, states if self.mode == "LSTM" else states[0]

    def first_states(self, x, hx):
        if hx is not None:
            return hx if self.mode == "LSTM" else (hx,)
        count = self.num_layers * (2 if self.bidirectional else 1)
        h = ops.zeros((count, x.shape[1], self.proj_size or self.hidden_size), x.dtype)
        return (h, ops.zeros((count, x.shape[1], self.hidden_size), x.dtype)) if self.mode == "LSTM" else (h,)

    def run_layers(self, x, states, mask):
        last = []
        directions = 2 if self.bidirectional else 1
        for layer in range(self.num_layers):
            outputs = []
            for direction in range(directions):
                index = layer * directions + direction
                output, final = self.run_direction(
                    x, tuple(state[index] for state in states), index, direction == 1, mask
                )
                outputs.append(output)
                last.append(final)
            x = ops.concat(outputs, -1) if directions == 2 else outputs[0]
            if self.dropout and self.training and layer < self.num_layers - 1:
                x = ops.dropout(x, p=self.dropout, training=True)
        return x, tuple(ops.stack([final[part] for final in last]) for part in range(len(states)))

    def goes_at_once(self, x):
        plain = not self.proj_size and x.dtype == ms.float32
        return plain and ms.get_context("device_target") == "CPU" and not SECOND_DERIVATIVES["asked"]

    def run_direction(self, x, hidden, index, backwards, mask):
        weights = dict(zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), [None] * 4, strict=True))
        for name in self.weight_names[index]:
            weights[name.partition("_l")[0]] = getattr(self, name)
        if self.mode == "LSTM" and mask is None and self.goes_at_once(x):
            return lstm_by_kernel(x, hidden, backwards, **weights)
        gates = linear_gates(x, weights["weight_ih"], weights["bias_ih"])
        if self.goes_at_once(x):
            bias = ops.zeros(gates.shape[-1], x.dtype) if weights["bias_hh"] is None else weights["bias_hh"]
            steps = None if mask is None else mask.asnumpy()
            states = hidden if self.mode == "LSTM" else (hidden[0], None)
            output, last = ArraySteps.apply(gates, weights["weight_hh"], bias, *states, self.mode, backwards, steps)
            h = output[0] if backwards else output[-1]
            return output, (h, last) if self.mode == "LSTM" else (h,)
        step = RECURRENT_STEPS[self.mode]
        outputs = [None] * x.shape[0]
        for t in reversed(range(x.shape[0])) if backwards else range(x.shape[0]):
            new = step(gates[t], hidden, weights["weight_hh"], weights["bias_hh"])
            if self.proj_size:
                new = (ops.matmul(new[0], weights["weight_hr"].swapaxes(0, 1)), new[1])
            if mask is not None:
                new = tuple(ops.where(mask[t], fresh, old) for fresh, old in zip(new, hidden, strict=True))
            hidden = new
            outputs[t] = hidden[0]
        return ops.stack(outputs), hidden


class LSTM(RecurrentLayer):
    """torch.nn.LSTM: packed and unbatched inputs, projections, an optional first state."""

    def __init__(self, *args, **options):
        super().__init__("LSTM", *args, **options)


class GRU(RecurrentLayer):
    """torch.nn.GRU: packed and unbatched inputs, an optional first state."""

    def __init__(self, *args, **options):
        super().__init__("GRU", *args, **options)


class RNN(RecurrentLayer):
    """torch.nn.RNN with tanh or relu."""

    def __init__(self, input_size, hidden_size, num_layers=1, nonlinearity="tanh", *args, **options):
        super().__init__(f"RNN_{nonlinearity.upper()}", input_size, hidden_size, num_layers, *args, **options)
        self.nonlinearity = nonlinearity


class RecurrentCell(nn.Cell):
    """torch's single-step cells for (N, H) and (H), with an optional hidden state."""

    def __init__(self, mode, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__()
        self.mode, self.input_size, self.hidden_size, self.bias = mode, input_size, hidden_size, bias
        gates = {"LSTM": 4, "GRU": 3}.get(mode, 1) * hidden_size
        bound = 1 / math.sqrt(hidden_size)
        shapes = {"weight_ih": (gates, input_size), "weight_hh": (gates, hidden_size)}
        self.bias_ih = self.bias_hh = None
        if bias:
            shapes.update(bias_ih=(gates,), bias_hh=(gates,))
        for name, shape in shapes.items():
            value = initial_value(UniformInitializer(bound), shape, dtype or ms.float32).init_data()
            setattr(self, name, Parameter(value, name=name))

    def construct(self, input, hx=None):
        single = input.ndim == 1
        x = input.expand_dims(0) if single else input
        parts = 2 if self.mode == "LSTM" else 1
        if hx is None:
            hidden = (ops.zeros((x.shape[0], self.hidden_size), x.dtype),) * parts
        else:
            hidden = tuple(hx) if self.mode == "LSTM" else (hx,)
            hidden = tuple(h.expand_dims(0) for h in hidden) if single else hidden
        gates = linear_gates(x, self.weight_ih, self.bias_ih)
        new = RECURRENT_STEPS[self.mode](gates, hidden, self.weight_hh, self.bias_hh)
        new = tuple(h.squeeze(0) for h in new) if single else new
        return new if self.mode == "LSTM" else new[0]


class LSTMCell(RecurrentCell):
    """torch.nn.LSTMCell."""

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__("LSTM", input_size, hidden_size, bias, device, dtype)


class GRUCell(RecurrentCell):
    """torch.nn.GRUCell."""

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__("GRU", input_size, hidden_size, bias, device, dtype)


class RNNCell(RecurrentCell):
    """torch.nn.RNNCell with tanh or relu."""

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None):
        super().__init__(f"RNN_{nonlinearity.upper()}", input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity
