"""Compositions and support functions against torch: grids of shapes, options and dtypes, gradients included.

Hypothesis draws programs of one family of APIs; each is translated and run in both libraries. The default run is the same
each time; GRID_EXAMPLES=200 in the environment looks further, and elsewhere at each run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import mindspore as ms
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from migrator import translate_source
from migrator.probing.probe import compared
from migrator.probing.running import run_one
from tests.migrator.recording import stop_recording

Draw = Callable[[st.SearchStrategy[Any]], Any]

# Set, it is how many programs of a family are tried, others at each run.
SEARCH = int(os.environ.get("GRID_EXAMPLES", "0"))

SEEDS = st.integers(0, 10_000)
FLAG = st.booleans()
FLOATS = st.sampled_from(["torch.float32", "torch.float32", "torch.float64"])


def one_of(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def sizes(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most)


def shapes(ranks: Sequence[int], most: int = 4) -> st.SearchStrategy[tuple[int, ...]]:
    return one_of(*ranks).flatmap(lambda rank: st.tuples(*[sizes(1, most)] * rank))


def literal(values: np.ndarray, dtype: str = "") -> str:
    return f"torch.tensor({values.tolist()}{f', dtype={dtype}' if dtype else ''})"


def floats(draw: Draw, shape: Sequence[int], dtype: str = "") -> str:
    """Numbers without ties."""
    generator = np.random.default_rng(draw(SEEDS))
    count = int(np.prod(shape))
    values = (generator.permutation(count) - count / 3) / max(count, 1) * 2 + 0.013
    return literal(values.round(4).reshape(shape), dtype)


def integers(draw: Draw, shape: Sequence[int], low: int, high: int) -> str:
    return literal(np.random.default_rng(draw(SEEDS)).integers(low, high, shape), "torch.int64")


def different(draw: Draw, count: int, high: int) -> str:
    return literal(np.random.default_rng(draw(SEEDS)).permutation(high)[:count], "torch.int64")


def constant(layer: str, value: float = 0.1) -> list[str]:
    """A layer whose parameters do not come from a draw."""
    return [
        f"layer = {layer}",
        "with torch.no_grad():",
        "    for number, parameter in enumerate(layer.parameters()):",
        f"        parameter.copy_(torch.sin(torch.arange(parameter.numel()) * 0.7 + number).reshape(parameter.shape) * {value * 3})",
    ]


def einsum(draw: Draw) -> list[str]:
    spelled = draw(
        one_of(
            "ij,jk->ik",
            "bij,bjk->bik",
            "ij->ji",
            "ii->i",
            "ij,ij->",
            "bhid,bhjd->bhij",
            "i,j->ij",
            "...ij,...jk->...ik",
            "bij,kj->bik",
        )
    )
    side = {letter: draw(sizes(1, 3)) for letter in "bhijkd"}
    letters = spelled.partition("->")[0].replace("...", "b").split(",")
    dtype = draw(FLOATS)
    names = [f"x{number}" for number in range(len(letters))]
    lines = [
        f"{name} = {floats(draw, [side[c] for c in word], dtype)}" for name, word in zip(names, letters, strict=True)
    ]
    return [*lines, f"result = torch.einsum('{spelled}', {', '.join(names)})"]


def triangles(draw: Draw) -> list[str]:
    x = floats(draw, draw(shapes((2, 3))), draw(FLOATS))
    return [f"x = {x}", f"result = torch.{draw(one_of('tril', 'triu'))}(x, {draw(sizes(-3, 3))})"]


def extremes(draw: Draw) -> list[str]:
    shape = draw(shapes((1, 2, 3)))
    name = draw(one_of("argmax", "argmin", "max", "min", "median", "amax", "amin"))
    dim = draw(sizes(-len(shape), len(shape) - 1))
    x = floats(draw, shape, draw(FLOATS))
    return [f"x = {x}", f"result = torch.{name}(x, dim={dim}, keepdim={draw(FLAG)})"]


def scatters(draw: Draw) -> list[str]:
    shape = draw(shapes((1, 2, 3)))
    dim = draw(sizes(0, len(shape) - 1))
    inner = [draw(sizes(1, side)) for side in shape]
    # Where two writes meet in one place torch leaves it open which one holds.
    adds = draw(FLAG)
    lines = [f"x = {floats(draw, shape)}", f"s = {floats(draw, inner)}"]
    if adds:
        lines.append(f"i = {integers(draw, inner, 0, shape[dim])}")
        call = draw(
            one_of(
                "scatter_add(x, D, i, s)",
                "scatter_reduce(x, D, i, s, 'sum')",
                "scatter_reduce(x, D, i, s, 'amax')",
                "scatter_reduce(x, D, i, s, 'mean', include_self=False)",
            )
        )
    else:
        generator = np.random.default_rng(draw(SEEDS))
        moved = [side for axis, side in enumerate(inner) if axis != dim]
        rows = np.stack([generator.permutation(shape[dim])[: inner[dim]] for _ in range(int(np.prod(moved)))])
        index = np.moveaxis(rows.reshape(*moved, inner[dim]), -1, dim)
        lines.append(f"i = {literal(index, 'torch.int64')}")
        call = draw(
            one_of(
                "scatter(x, D, i, s)", "scatter(x, D, i, 1.5)", "gather(x, D, i)", "scatter(x, D, i, s, reduce='add')"
            )
        )
        assume("gather" not in call or all(a <= b for a, b in zip(inner, shape, strict=True)))
    return [*lines, f"result = torch.{call.replace('D', str(dim))}"]


def indices(draw: Draw) -> list[str]:
    shape = draw(shapes((1, 2, 3)))
    dim = draw(sizes(-len(shape), len(shape) - 1))
    count = draw(sizes(1, shape[dim]))
    part = list(shape)
    part[dim] = count
    lines = [f"x = {floats(draw, shape)}", f"s = {floats(draw, part)}", f"i = {different(draw, count, shape[dim])}"]
    call = draw(
        one_of(
            "index_add(x, D, i, s)",
            "index_add(x, D, i, s, alpha=2)",
            "index_copy(x, D, i, s)",
            "index_fill(x, D, i, -1.0)",
            "index_select(x, D, i)",
        )
    )
    return [*lines, f"result = torch.{call.replace('D', str(dim))}"]


def interpolation(draw: Draw) -> list[str]:
    mode = draw(one_of("nearest", "linear", "bilinear", "bicubic", "trilinear", "area", "nearest-exact"))
    rank = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}.get(mode) or draw(sizes(1, 2))
    x = floats(draw, (draw(sizes(1, 2)), draw(sizes(1, 2)), *[draw(sizes(2, 4)) for _ in range(rank)]))
    asked = draw(one_of("size", "scale_factor"))
    given_size = tuple(draw(sizes(1, 6)) for _ in range(rank)) if asked == "size" else draw(one_of(0.5, 1.5, 2, 2.0))
    aligned = f", align_corners={draw(FLAG)}" if mode.endswith(("linear", "cubic")) and draw(FLAG) else ""
    return [f"x = {x}", f"result = torch.nn.functional.interpolate(x, {asked}={given_size}, mode='{mode}'{aligned})"]


def bags(draw: Draw) -> list[str]:
    mode = draw(one_of("sum", "mean", "max"))
    options = f", mode='{mode}'"
    lines = [f"w = {floats(draw, (6, draw(sizes(1, 3))))}"]
    if draw(FLAG):
        lines.append(f"i = {integers(draw, (draw(sizes(1, 3)), draw(sizes(1, 4))), 0, 6)}")
        places = ""
    else:
        count = draw(sizes(2, 6))
        lines.append(f"i = {integers(draw, (count,), 0, 6)}")
        last = draw(FLAG)
        places = f", torch.tensor([0, {draw(sizes(1, count - 1))}{f', {count}' if last else ''}])"
        options += f", include_last_offset={last}"
    if draw(FLAG):
        options += f", padding_idx={draw(sizes(0, 5))}"
    return [*lines, f"result = torch.nn.functional.embedding_bag(i, w{places}{options})"]


def recurrent(draw: Draw) -> list[str]:
    kind, width, hidden, steps, batch = (
        draw(one_of("RNN", "LSTM", "GRU")),
        draw(sizes(1, 3)),
        draw(sizes(1, 3)),
        draw(sizes(1, 4)),
        draw(sizes(1, 3)),
    )
    first, layers, both = draw(FLAG), draw(sizes(1, 2)), draw(FLAG)
    options = f"num_layers={layers}, batch_first={first}, bidirectional={both}, bias={draw(FLAG)}"
    lines = constant(f"torch.nn.{kind}({width}, {hidden}, {options})")
    lines.append(f"x = {floats(draw, (batch, steps, width) if first else (steps, batch, width))}")
    if draw(FLAG):
        lengths = sorted((draw(sizes(1, steps)) for _ in range(batch)), reverse=True)
        ordered = draw(FLAG)
        if not ordered:
            lengths = list(np.random.default_rng(draw(SEEDS)).permutation(lengths))
        packed = f"torch.nn.utils.rnn.pack_padded_sequence(x, {[int(n) for n in lengths]}, batch_first={first}, enforce_sorted={ordered})"
        padded = f"torch.nn.utils.rnn.pad_packed_sequence(layer({packed})[0], batch_first={first})"
        return [*lines, f"result = {padded}[{draw(sizes(0, 1))}]"]
    if kind != "LSTM" and draw(FLAG):
        state = f"torch.full(({layers * (1 + both)}, {batch}, {hidden}), 0.3)"
        return [*lines, f"result = layer(x, {state})"]
    return [*lines, "result = layer(x)"]


def attention(draw: Draw) -> list[str]:
    heads, each, batch, steps, keys = (
        draw(sizes(1, 2)),
        draw(sizes(1, 3)),
        draw(sizes(1, 2)),
        draw(sizes(1, 3)),
        draw(sizes(1, 3)),
    )
    width, first = heads * each, draw(FLAG)
    lines = constant(f"torch.nn.MultiheadAttention({width}, {heads}, batch_first={first}, bias={draw(FLAG)})")
    query, key = (
        ((batch, steps, width), (batch, keys, width)) if first else ((steps, batch, width), (keys, batch, width))
    )
    lines += [f"q = {floats(draw, query)}", f"k = {floats(draw, key)}"]
    options = draw(one_of("", ", need_weights=False", ", average_attn_weights=False"))
    if draw(FLAG):
        hidden = np.zeros((batch, keys), bool)
        hidden[0, 1:] = True
        options += f", key_padding_mask={literal(hidden)}"
    if draw(FLAG):
        mask = np.triu(np.ones((steps, keys), bool), 1)
        options += f", attn_mask={literal(mask)}"
    return [*lines, f"result = layer(q, k, k{options})"]


def transformer(draw: Draw) -> list[str]:
    steps, batch, first = draw(sizes(1, 3)), draw(sizes(1, 2)), draw(FLAG)
    options = f"4, 2, dim_feedforward=6, dropout=0.0, activation='{draw(one_of('relu', 'gelu'))}', batch_first={first}, norm_first={draw(FLAG)}"
    shape = (batch, steps, 4) if first else (steps, batch, 4)
    x = floats(draw, shape)
    mask = f"torch.nn.Transformer.generate_square_subsequent_mask({steps})"
    if draw(FLAG):
        lines = constant(
            f"torch.nn.TransformerEncoder(torch.nn.TransformerEncoderLayer({options}), {draw(sizes(1, 2))})"
        )
        masked = draw(one_of("", f", mask={mask}", f", mask={mask}, is_causal=True"))
        return [*lines, f"x = {x}", f"result = layer(x{masked})"]
    lines = constant(f"torch.nn.TransformerDecoder(torch.nn.TransformerDecoderLayer({options}), 1)")
    masked = draw(one_of("", f", tgt_mask={mask}"))
    return [*lines, f"x = {x}", f"m = {floats(draw, shape)}", f"result = layer(x, m{masked})"]


def transposed(draw: Draw) -> list[str]:
    rank, groups = draw(sizes(1, 2)), draw(sizes(1, 2))
    stride = draw(sizes(1, 3))
    dilation = draw(sizes(1, 2))
    extra = draw(sizes(0, max(stride, dilation) - 1))
    options = f"stride={stride}, padding={draw(sizes(0, 1))}, output_padding={extra}, groups={groups}, dilation={dilation}, bias={draw(FLAG)}"
    lines = constant(
        f"torch.nn.ConvTranspose{rank}d({2 * groups}, {groups * draw(sizes(1, 2))}, {draw(sizes(2, 3))}, {options})"
    )
    return [
        *lines,
        f"x = {floats(draw, (draw(sizes(1, 2)), 2 * groups, *[draw(sizes(2, 4)) for _ in range(rank)]))}",
        "result = layer(x)",
    ]


def convolutions(draw: Draw) -> list[str]:
    rank, groups = draw(sizes(1, 3)), draw(sizes(1, 2))
    padding = draw(one_of("0", "1", "'same'", "'valid'"))
    stride = 1 if padding == "'same'" else draw(sizes(1, 2))
    mode = draw(one_of("zeros", "zeros", "reflect", "replicate", "circular"))
    options = f"stride={stride}, padding={padding}, groups={groups}, dilation={draw(sizes(1, 2))}, bias={draw(FLAG)}, padding_mode='{mode}'"
    lines = constant(
        f"torch.nn.Conv{rank}d({2 * groups}, {groups * draw(sizes(1, 2))}, {draw(sizes(1, 3))}, {options})"
    )
    shape = (draw(sizes(1, 2)), 2 * groups, *[draw(sizes(4, 5)) for _ in range(rank)])
    return [*lines, f"x = {floats(draw, shape)}", "result = layer(x)"]


def pools(draw: Draw) -> list[str]:
    rank, kernel = draw(sizes(1, 3)), draw(sizes(2, 3))
    x = floats(draw, (draw(sizes(1, 2)), draw(sizes(1, 2)), *[draw(sizes(3, 5)) for _ in range(rank)]))
    options = f"{kernel}, stride={draw(sizes(1, 3))}, padding={draw(sizes(0, 1))}, ceil_mode={draw(FLAG)}"
    name = draw(one_of("avg", "max"))
    if name == "avg":
        options += f", count_include_pad={draw(FLAG)}"
    return [f"x = {x}", f"result = torch.nn.functional.{name}_pool{rank}d(x, {options})"]


def grids(draw: Draw) -> list[str]:
    x = floats(draw, (1, draw(sizes(1, 2)), draw(sizes(2, 4)), draw(sizes(2, 4))))
    grid = floats(draw, (1, draw(sizes(1, 3)), draw(sizes(1, 3)), 2))
    options = f"mode='{draw(one_of('bilinear', 'nearest', 'bicubic'))}', padding_mode='{draw(one_of('zeros', 'border', 'reflection'))}', align_corners={draw(FLAG)}"
    return [f"x = {x}", f"g = {grid}", f"result = torch.nn.functional.grid_sample(x, g, {options})"]


def connectionist(draw: Draw) -> list[str]:
    steps, batch, classes = draw(sizes(4, 6)), draw(sizes(1, 2)), draw(sizes(3, 4))
    lengths = [draw(sizes(1, 2)) for _ in range(batch)]
    lines = [
        f"x = {floats(draw, (steps, batch, classes))}",
        f"t = {integers(draw, (batch, 2), 1, classes)}",
        f"n = torch.tensor({[draw(sizes(4, steps)) for _ in range(batch)]})",
        f"m = torch.tensor({lengths})",
    ]
    options = f"blank=0, reduction='{draw(one_of('mean', 'sum', 'none'))}', zero_infinity={draw(FLAG)}"
    return [*lines, f"result = torch.nn.functional.ctc_loss(torch.log_softmax(x, 2), t, n, m, {options})"]


def distances(draw: Draw) -> list[str]:
    width = draw(sizes(1, 3))
    batch = draw(one_of((), (2,)))
    lines = [
        f"x = {floats(draw, (*batch, draw(sizes(1, 4)), width))}",
        f"y = {floats(draw, (*batch, draw(sizes(1, 4)), width))}",
    ]
    return [*lines, f"result = torch.cdist(x, y, p={draw(one_of(1.0, 2.0, 3.0, 0.0))})"]


def uniques(draw: Draw) -> list[str]:
    shape = draw(shapes((1, 2)))
    x = integers(draw, shape, -2, 3)
    options = f"return_inverse={draw(FLAG)}, return_counts={draw(FLAG)}"
    name = draw(one_of("unique", "unique_consecutive"))
    if len(shape) == 2 and draw(FLAG):
        options += f", dim={draw(sizes(-1, 1))}"
    return [f"x = {x}", f"result = torch.{name}(x, {options})"]


def orders(draw: Draw) -> list[str]:
    shape = draw(shapes((1, 2, 3)))
    dim = draw(sizes(-len(shape), len(shape) - 1))
    x = floats(draw, shape, draw(FLOATS))
    count = draw(sizes(1, shape[dim]))
    call = draw(
        one_of(
            f"topk(x, {count}, dim={dim}, largest={draw(FLAG)})",
            f"sort(x, dim={dim}, descending={draw(FLAG)})",
            f"argsort(x, dim={dim}, descending={draw(FLAG)})",
            f"kthvalue(x, {count}, dim={dim})",
            f"cumsum(x, {dim})",
            f"cumprod(x, {dim})",
            f"logcumsumexp(x, {dim})",
            f"cummax(x, {dim})",
        )
    )
    return [f"x = {x}", f"result = torch.{call}"]


def transforms(draw: Draw) -> list[str]:
    shape = draw(shapes((1, 2), 5))
    norm = draw(one_of("backward", "ortho", "forward"))
    name = draw(one_of("fft", "ifft", "rfft", "fft2", "rfft2", "fftn", "rfftn", "fftshift"))
    assume(len(shape) > 1 or not name.endswith("2"))
    call = "fftshift(x)" if name == "fftshift" else f"{name}(x, norm='{norm}')"
    return [f"x = {floats(draw, shape)}", f"result = torch.fft.{call}"]


def distributions(draw: Draw) -> list[str]:
    shape = draw(shapes((1, 2), 3))
    lines = [
        f"a = {floats(draw, shape)}",
        f"b = {floats(draw, shape)}.exp()",
        f"p = torch.sigmoid({floats(draw, shape)})",
    ]
    made, value = draw(
        one_of(
            ("Normal(a, b)", "p"),
            ("Laplace(a, b)", "p"),
            ("Cauchy(a, b)", "p"),
            ("Gumbel(a, b)", "p"),
            ("LogNormal(a, b)", "p"),
            ("Exponential(b)", "p"),
            ("Gamma(b, p)", "p"),
            ("Beta(b, b + 1)", "p"),
            ("Bernoulli(p)", "(p > 0.5).float()"),
            ("Bernoulli(logits=a)", "(p > 0.5).float()"),
            ("Geometric(p)", "b.round()"),
            ("Poisson(b)", "b.round()"),
            ("StudentT(b + 2, a, b)", "p"),
            ("HalfNormal(b)", "p"),
            ("Weibull(b, b)", "p"),
            ("Categorical(logits=a)", "torch.zeros_like(a.sum(-1))"),
            ("Dirichlet(b)", "torch.softmax(a, -1)"),
            ("OneHotCategorical(logits=a)", "torch.eye(a.shape[-1])[0].expand(a.shape)"),
        )
    )
    lines.append(f"v = {value}")
    asked = draw(one_of("log_prob(v)", "entropy()", "mean", "variance", "log_prob(v).sum()"))
    assume(not (asked == "entropy()" and made.startswith(("Poisson", "Student"))))
    return [*lines, f"result = torch.distributions.{made}.{asked}"]


def divergences(draw: Draw) -> list[str]:
    shape = draw(shapes((1, 2), 3))
    lines = [f"{name} = {floats(draw, shape)}" for name in "ac"]
    lines += [f"{name} = {floats(draw, shape)}.exp()" for name in "bd"]
    kind, one, two = draw(
        one_of(
            ("Normal", "a, b", "c, d"),
            ("Bernoulli", "logits=a", "logits=c"),
            ("Gamma", "b, d", "d, b"),
            ("Beta", "b, d", "d, b"),
            ("Exponential", "b", "d"),
            ("Categorical", "logits=a", "logits=c"),
            ("Laplace", "a, b", "c, d"),
            ("Dirichlet", "b", "d"),
            ("Poisson", "b", "d"),
        )
    )
    name = f"torch.distributions.{kind}"
    return [*lines, f"result = torch.distributions.kl_divergence({name}({one}), {name}({two}))"]


def normalizations(draw: Draw) -> list[str]:
    shape = draw(shapes((2, 3, 4)))
    kind = draw(one_of("layer_norm", "group_norm", "batch_norm", "instance_norm", "normalize", "rms_norm"))
    lines = [f"x = {floats(draw, shape)}"]
    if kind in ("layer_norm", "rms_norm"):
        count = draw(sizes(1, len(shape)))
        call = f"{kind}(x, {list(shape[-count:])})"
    elif kind == "group_norm":
        call = f"group_norm(x, {draw(one_of(1, shape[1]))})"
    elif kind == "batch_norm":
        call = f"batch_norm(x, torch.full(({shape[1]},), 0.2), torch.full(({shape[1]},), 1.5), training={draw(FLAG)})"
    elif kind == "instance_norm":
        assume(len(shape) > 2)
        call = "instance_norm(x)"
    else:
        call = f"normalize(x, p={draw(one_of(1.0, 2.0))}, dim={draw(sizes(-1, 1))})"
    return [*lines, f"result = torch.nn.functional.{call}"]


def losses(draw: Draw) -> list[str]:
    rows, classes = draw(sizes(1, 4)), draw(sizes(2, 4))
    reduction = draw(one_of("mean", "sum", "none"))
    lines = [
        f"x = {floats(draw, (rows, classes))}",
        f"y = {floats(draw, (rows, classes))}",
        f"t = {integers(draw, (rows,), 0, classes)}",
    ]
    weight = f", weight={literal(np.linspace(0.5, 1.5, classes))}" if draw(FLAG) else ""
    call = draw(
        one_of(
            f"cross_entropy(x, t{weight}, label_smoothing={draw(one_of(0.0, 0.1))}",
            f"cross_entropy(x, t{weight}, ignore_index=0",
            f"nll_loss(torch.log_softmax(x, 1), t{weight}",
            "mse_loss(x, y",
            "l1_loss(x, y",
            f"smooth_l1_loss(x, y, beta={draw(one_of(0.3, 1.0))}",
            f"huber_loss(x, y, delta={draw(one_of(0.3, 1.0))}",
            "kl_div(torch.log_softmax(x, 1), torch.softmax(y, 1)",
            "binary_cross_entropy_with_logits(x, torch.sigmoid(y)",
            "soft_margin_loss(x, y.sign()",
            "multi_margin_loss(x, t",
            "poisson_nll_loss(x, y.exp()",
            "gaussian_nll_loss(x, y, y.exp()",
            "hinge_embedding_loss(x, y.sign()",
        )
    )
    return [*lines, f"result = torch.nn.functional.{call}, reduction='{reduction}')"]


def padding(draw: Draw) -> list[str]:
    rank = draw(sizes(1, 3))
    mode = draw(one_of("constant", "reflect", "replicate", "circular"))
    pads = [draw(sizes(-1 if mode == "constant" else 0, 2)) for _ in range(2 * rank)]
    x = floats(draw, (draw(sizes(1, 2)), draw(sizes(1, 2)), *[draw(sizes(3, 4)) for _ in range(rank)]))
    value = ", value=1.5" if mode == "constant" and draw(FLAG) else ""
    return [f"x = {x}", f"result = torch.nn.functional.pad(x, {pads}, mode='{mode}'{value})"]


def matrices(draw: Draw) -> list[str]:
    side = draw(sizes(1, 3))
    batch = draw(one_of((), (2,)))
    lines = [f"x = {floats(draw, (*batch, side, side))}", f"y = {floats(draw, (*batch, side, draw(sizes(1, 2))))}"]
    lines.append(f"a = x @ x.transpose(-1, -2) + 2 * torch.eye({side})")
    call = draw(
        one_of(
            "det(a)",
            "inv(a)",
            "solve(a, y)",
            "cholesky(a)",
            "slogdet(a)",
            "matrix_norm(x)",
            "vector_norm(x, dim=-1)",
            "eigvalsh(a)",
            "pinv(a)",
            "matrix_power(a, 2)",
            "norm(x)",
            "svdvals(a)",
        )
    )
    return [*lines, f"result = torch.linalg.{call}"]


def indexing(draw: Draw) -> list[str]:
    shape = (draw(sizes(2, 4)), draw(sizes(2, 4)), draw(sizes(2, 3)))
    parts = [":", "1:", ":-1", "0", "-1", "...", "None", "::2", "torch.tensor([0, 1])", "[1, 0]"]
    chosen = [draw(one_of(*parts)) for _ in range(draw(sizes(1, 3)))]
    assume(chosen.count("...") < 2)
    x = floats(draw, shape)
    return [f"x = {x}", f"result = x[{', '.join(chosen)}]"]


FAMILIES = (
    einsum,
    triangles,
    extremes,
    scatters,
    indices,
    interpolation,
    bags,
    recurrent,
    attention,
    transformer,
    transposed,
    convolutions,
    pools,
    grids,
    connectionist,
    distances,
    uniques,
    orders,
    transforms,
    distributions,
    divergences,
    normalizations,
    losses,
    padding,
    matrices,
    indexing,
)


@pytest.fixture(autouse=True)
def _errors_where_they_happen():
    stop_recording()
    ms.set_context(pynative_synchronize=True)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
@settings(
    max_examples=SEARCH or 12,
    derandomize=not SEARCH,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_a_grid_of_programs_gives_torchs_numbers(family, data):
    code = "\n".join(["import torch", *family(data.draw)]) + "\n"
    expected = run_one(code, "torch", deep=True)
    assume(not expected.error)
    translated = translate_source(code, target="cpu").code
    verdict = compared(expected, run_one(translated, "mindspore", deep=True))
    same = verdict["status"] == "works" and "dtype" not in verdict
    assert same and verdict.get("gradient") not in ("none", "differs"), f"{verdict}\n{code}\n{translated}"
