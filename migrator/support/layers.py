"""torch's small layers, dropouts and embeddings that MindSpore has not, or has with other arguments."""

from __future__ import annotations

import math
from collections import OrderedDict, namedtuple

import mindspore as ms
import numpy as np
from mindspore import Parameter, Tensor, nn, ops
from mindspore.common.initializer import Normal as NormalInitializer
from mindspore.common.initializer import Uniform as UniformInitializer
from mindspore.common.initializer import initializer as initial_value

from migrator.support.cells import write_parameter
from migrator.support.likeness import SameKind
from migrator.support.losses import p_norm_distance
from migrator.support.normalisation import cosine_similarity

LAYER_OPTIONS = {
    "in_features": ("in_channels",),
    "out_features": ("out_channels",),
    "num_embeddings": ("vocab_size",),
    "embedding_dim": ("embedding_size",),
    "eps": ("epsilon",),
}
"""Options of torch's layers that MindSpore's keep under another name."""
LAYER_DEFAULTS = {
    "max_norm": None,
    "norm_type": 2.0,
    "scale_grad_by_freq": False,
    "sparse": False,
    "affine": True,
    "track_running_stats": True,
    "elementwise_affine": True,
    "ceil_mode": False,
    "count_include_pad": True,
    "divisor_override": None,
    "dilation": 1,
    "return_indices": False,
    "padding_mode": "zeros",
    "transposed": False,
    "output_padding": (0, 0),
    "min_val": 0.0,
    "max_val": 6.0,
}
"""Options that MindSpore's layers do not have, where they were left at torch's default."""


def layer_option(layer, name):
    """An option that a torch layer was made with, read from MindSpore's layer."""
    if name == "padding" and isinstance(layer, nn.Conv2d) and not isinstance(layer.padding, tuple | str):
        return (layer.padding, layer.padding)
    if name == "num_batches_tracked":
        return Tensor(int(getattr(layer, name, 0)), ms.int64)
    for known in (name, *LAYER_OPTIONS.get(name, ())):
        if hasattr(layer, known):
            return getattr(layer, known)
    if name == "reduction" and isinstance(layer, nn.LossBase):
        return ("mean" if layer.average else "sum") if layer.reduce else "none"
    if name in LAYER_DEFAULTS:
        return LAYER_DEFAULTS[name]
    if name == "dim":
        axis = next(primitive.axis for primitive in layer._primitives.values() if hasattr(primitive, "axis"))
        return axis[0] if isinstance(axis, tuple) else axis
    if name == "padding":
        return 0
    raise AttributeError(f"{type(layer).__name__} has no {name}")


def single_image(layer, image):
    """A layer of torch's that takes one image (C, H, W) too, and MindSpore's only batches (N, C, H, W)."""
    output = layer(image.expand_dims(0))
    return tuple(part.squeeze(0) for part in output) if isinstance(output, tuple) else output.squeeze(0)


def linear(input, weight, bias=None):
    """torch.nn.functional.linear."""
    output = ops.matmul(input, weight if weight.ndim == 1 else weight.swapaxes(0, 1))
    return output if bias is None else output + bias


def bilinear(input1, input2, weight, bias=None):
    """torch.nn.functional.bilinear: x1 W x2 for each of the weight's first axis."""
    outputs, first, second = weight.shape
    lead = input1.shape[:-1]
    left = input1.reshape((-1, first))
    half = ops.matmul(left, weight.transpose(1, 0, 2).reshape((first, outputs * second)))
    half = half.reshape((-1, outputs, second)) * input2.reshape((-1, 1, second))
    output = half.sum(axis=2).reshape((*lead, outputs))
    return output if bias is None else output + bias


class Linear(nn.Dense, metaclass=SameKind):
    """torch.nn.Linear for code that calls the class by another name, with torch's arguments, or with NumPy's numbers."""

    stands_for = nn.Dense

    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        in_features, out_features = int(in_features), int(out_features)
        super().__init__(in_features, out_features, has_bias=bias, dtype=ms.float32 if dtype is None else dtype)
        self.in_features, self.out_features = in_features, out_features

    def construct(self, input):
        self.has_bias = self.bias is not None  # the bias may have been taken away
        return super().construct(input)


class Flatten(nn.Flatten, metaclass=SameKind):
    """torch.nn.Flatten for code that calls the class by another name."""

    stands_for = nn.Flatten

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__(start_dim=start_dim, end_dim=end_dim)


class Bilinear(nn.Cell):
    """torch.nn.Bilinear."""

    def __init__(self, in1_features, in2_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        self.in1_features, self.in2_features, self.out_features = in1_features, in2_features, out_features
        bound = 1 / math.sqrt(in1_features)
        shape = (out_features, in1_features, in2_features)
        dtype = dtype or ms.float32
        self.weight = Parameter(initial_value(UniformInitializer(bound), shape, dtype).init_data(), name="weight")
        self.bias = (
            Parameter(initial_value(UniformInitializer(bound), (out_features,), dtype).init_data(), name="bias")
            if bias
            else None
        )

    def construct(self, input1, input2):
        return bilinear(input1, input2, self.weight, self.bias)


class Unflatten(nn.Cell):
    """torch.nn.Unflatten."""

    def __init__(self, dim, unflattened_size):
        super().__init__()
        self.dim, self.unflattened_size = dim, tuple(unflattened_size)

    def construct(self, input):
        axis = self.dim % input.ndim
        return input.reshape((*input.shape[:axis], *self.unflattened_size, *input.shape[axis + 1 :]))


def feature_dropout(input, p, training, channels):
    """torch's dropout of whole channels: a mask over the first ``channels`` axes, scaled by 1 / (1 - p)."""
    if not training or p == 0:
        return input
    mask = (
        ops.dropout(ops.ones(input.shape[:channels], ms.float32), p=p, training=True)
        if p < 1
        else ops.zeros(input.shape[:channels], ms.float32)
    )
    return input * mask.reshape((*mask.shape, *(1,) * (input.ndim - channels))).astype(input.dtype)


def dropout(input, p=0.5, training=True, inplace=False):
    """torch.nn.functional.dropout for every p from 0 to 1."""
    if not training or p == 0:
        return input
    return input * 0.0 if p == 1 else ops.dropout(input, p=p, training=True)


def dropout1d(input, p=0.5, training=True, inplace=False):
    """torch.nn.functional.dropout1d for (N, C, L) and (C, L)."""
    return feature_dropout(input, p, training, input.ndim - 1)


def dropout2d(input, p=0.5, training=True, inplace=False):
    """torch.nn.functional.dropout2d: channels of (N, C, ...)."""
    return feature_dropout(input, p, training, 2)


def dropout3d(input, p=0.5, training=True, inplace=False):
    """torch.nn.functional.dropout3d for (N, C, D, H, W) and (C, D, H, W)."""
    return feature_dropout(input, p, training, input.ndim - 3)


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """torch.nn.functional.alpha_dropout: keeps mean and variance of self-normalising networks."""
    if not training or p == 0:
        return input
    return alpha_masked(input, p, ops.rand(*input.shape))


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """torch.nn.functional.feature_alpha_dropout: alpha dropout of whole channels."""
    if not training or p == 0:
        return input
    shape = input.shape[:2]
    return alpha_masked(input, p, ops.rand(*shape).reshape((*shape, *(1,) * (input.ndim - 2))))


def alpha_masked(input, p, drawn):
    """Elements whose draw is below ``p`` get SELU's negative limit, then all are scaled and shifted."""
    if p == 1:
        return input * 0.0
    limit = 1.7580993408473766
    scale = 1.0 / math.sqrt((1 - p) * (1 + p * limit**2))
    kept = (drawn >= p).astype(input.dtype)
    return (input * kept - limit * (1 - kept)) * scale + limit * p * scale


class DropoutLayer(nn.Cell):
    """Base of torch's dropout layers."""

    def __init__(self, p=0.5, inplace=False):
        nn.Cell.__init__(self)
        self.p, self.inplace = p, inplace


class Dropout(DropoutLayer, nn.Dropout, metaclass=SameKind):
    """torch.nn.Dropout for any p from 0 to 1."""

    stands_for = nn.Dropout

    def construct(self, input):
        return dropout(input, self.p, self.training)


class Dropout1d(DropoutLayer):
    """torch.nn.Dropout1d."""

    def construct(self, input):
        return dropout1d(input, self.p, self.training)


class Dropout2d(DropoutLayer):
    """torch.nn.Dropout2d."""

    def construct(self, input):
        return dropout2d(input, self.p, self.training)


class Dropout3d(DropoutLayer):
    """torch.nn.Dropout3d."""

    def construct(self, input):
        return dropout3d(input, self.p, self.training)


class AlphaDropout(DropoutLayer):
    """torch.nn.AlphaDropout."""

    def construct(self, input):
        return alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(DropoutLayer):
    """torch.nn.FeatureAlphaDropout."""

    def construct(self, input):
        return feature_alpha_dropout(input, self.p, self.training)


def renormalize_rows(weight, rows, max_norm, norm_type):
    """Embedding's ``max_norm``: the rows that are looked up are scaled down in place where their norm is larger."""
    values = weight.asnumpy().copy()
    for row in np.unique(rows.asnumpy()):
        norm = np.linalg.norm(values[row], ord=norm_type)
        if norm > max_norm:
            values[row] *= max_norm / (norm + 1e-7)
    if isinstance(weight, Parameter):
        write_parameter(weight, Tensor(values))
    else:
        weight.assign_value(Tensor(values))


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """torch.nn.functional.embedding; the row ``padding_idx`` gets no gradient."""
    if max_norm is not None:
        renormalize_rows(weight, input, max_norm, norm_type)
    found = ops.gather(weight, input.astype(ms.int32) if input.dtype != ms.int64 else input, 0)
    if padding_idx is None:
        return found
    padding_idx = padding_idx % weight.shape[0]
    kept = (input != padding_idx).expand_dims(-1).astype(found.dtype)
    return found * kept + ops.stop_gradient(found) * (1 - kept)


class Embedding(nn.Embedding, metaclass=SameKind):
    """torch.nn.Embedding with ``padding_idx`` (whose row gets no gradient), ``max_norm`` or given weights."""

    stands_for = nn.Embedding

    def __init__(
        self,
        num_embeddings,
        embedding_dim,
        padding_idx=None,
        max_norm=None,
        norm_type=2.0,
        scale_grad_by_freq=False,
        sparse=False,
        _weight=None,
        _freeze=False,
        device=None,
        dtype=None,
    ):
        nn.Cell.__init__(self)
        self.num_embeddings = self.vocab_size = num_embeddings = int(num_embeddings)  # NumPy's numbers are no sizes
        self.embedding_dim = self.embedding_size = embedding_dim = int(embedding_dim)
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.max_norm, self.norm_type, self.scale_grad_by_freq = max_norm, norm_type, scale_grad_by_freq
        if _weight is None:
            table = initial_value(
                NormalInitializer(1.0), (num_embeddings, embedding_dim), dtype or ms.float32
            ).init_data()
            if self.padding_idx is not None:
                values = table.asnumpy().copy()
                values[self.padding_idx] = 0
                table = Tensor(values)
        else:
            table = Tensor(_weight)
        self.weight = Parameter(table, name="weight", requires_grad=not _freeze)

    @property
    def embedding_table(self):
        return self.weight

    def __setattr__(self, name, value):
        super().__setattr__("weight" if name == "embedding_table" else name, value)

    def construct(self, input):
        return embedding(input, self.weight, self.padding_idx, self.max_norm, self.norm_type)

    def extend_repr(self):
        return f"{self.num_embeddings}, {self.embedding_dim}"


def embedding_from_pretrained(
    embeddings, freeze=True, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False
):
    """torch.nn.Embedding.from_pretrained."""
    return Embedding(
        embeddings.shape[0], embeddings.shape[1], padding_idx, max_norm, norm_type, _weight=embeddings, _freeze=freeze
    )


def embedding_bag(
    input,
    weight,
    offsets=None,
    max_norm=None,
    norm_type=2,
    scale_grad_by_freq=False,
    mode="mean",
    sparse=False,
    per_sample_weights=None,
    include_last_offset=False,
    padding_idx=None,
):
    """torch.nn.functional.embedding_bag: sum, mean or max over bags given by rows or by ``offsets``. The table may come
    first, as it once did."""
    if input.is_floating_point() and not weight.is_floating_point():
        input, weight = weight, input
    if input.ndim == 2:
        bags = np.repeat(np.arange(input.shape[0]), input.shape[1])
        count = input.shape[0]
        indices = input.reshape((-1,))
        weights = None if per_sample_weights is None else per_sample_weights.reshape((-1,))
    else:
        starts = offsets.asnumpy()
        starts = starts[:-1] if include_last_offset else starts
        count, indices, weights = len(starts), input, per_sample_weights
        bags = np.searchsorted(starts, np.arange(input.shape[0]), side="right") - 1
    if max_norm is not None:
        renormalize_rows(weight, indices, max_norm, norm_type)
    found = ops.gather(weight, indices, 0)
    if weights is not None:
        found = found * weights.expand_dims(1)
    kept = np.ones(len(bags), bool)
    if padding_idx is not None:
        kept = indices.asnumpy() != padding_idx % weight.shape[0]
    member = (bags[None, :] == np.arange(count)[:, None]) & kept[None, :]
    if mode == "max":
        rows = []
        for bag in range(count):
            places = np.flatnonzero(member[bag])
            rows.append(
                ops.gather(found, Tensor(places, ms.int32), 0).max(axis=0)
                if len(places)
                else ops.zeros((weight.shape[1],), weight.dtype)
            )
        return ops.stack(rows)
    matrix = member.astype(np.float64)
    if mode == "mean":
        matrix = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    return ops.matmul(Tensor(matrix).astype(found.dtype), found)


class EmbeddingBag(nn.Cell):
    """torch.nn.EmbeddingBag."""

    def __init__(
        self,
        num_embeddings,
        embedding_dim,
        max_norm=None,
        norm_type=2.0,
        scale_grad_by_freq=False,
        mode="mean",
        sparse=False,
        _weight=None,
        include_last_offset=False,
        padding_idx=None,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.num_embeddings, self.embedding_dim, self.mode = num_embeddings, embedding_dim, mode
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        self.include_last_offset, self.padding_idx = include_last_offset, padding_idx
        table = initial_value(NormalInitializer(1.0), (num_embeddings, embedding_dim), dtype or ms.float32).init_data()
        self.weight = Parameter(table if _weight is None else Tensor(_weight), name="weight")

    def construct(self, input, offsets=None, per_sample_weights=None):
        return embedding_bag(
            input,
            self.weight,
            offsets,
            self.max_norm,
            self.norm_type,
            mode=self.mode,
            per_sample_weights=per_sample_weights,
            include_last_offset=self.include_last_offset,
            padding_idx=self.padding_idx,
        )


def embedding_bag_from_pretrained(embeddings, freeze=True, **options):
    """torch.nn.EmbeddingBag.from_pretrained."""
    bag = EmbeddingBag(embeddings.shape[0], embeddings.shape[1], _weight=embeddings, **options)
    bag.weight.requires_grad = not freeze
    return bag


def one_hot_classes(tensor, num_classes=-1):
    """torch.nn.functional.one_hot: int64, with as many classes as the largest index needs where none are given."""
    if num_classes == -1:
        num_classes = int(tensor.asnumpy().max()) + 1
    classes = Tensor(np.arange(num_classes), ms.int64)
    return (tensor.astype(ms.int64).expand_dims(-1) == classes).astype(ms.int64)


class CosineSimilarity(nn.Cell):
    """torch.nn.CosineSimilarity."""

    def __init__(self, dim=1, eps=1e-8):
        super().__init__()
        self.dim, self.eps = dim, eps

    def construct(self, x1, x2):
        return cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(nn.Cell):
    """torch.nn.PairwiseDistance."""

    def __init__(self, p=2.0, eps=1e-6, keepdim=False):
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def construct(self, x1, x2):
        return p_norm_distance(x1, x2, self.norm, self.eps, self.keepdim)


def point_distances(input, p=2.0):
    """torch.nn.functional.pdist: the distances between the rows of a matrix, upper triangle row by row."""
    rows, columns = np.triu_indices(input.shape[0], 1)
    first = ops.gather(input, Tensor(rows, ms.int32), 0)
    second = ops.gather(input, Tensor(columns, ms.int32), 0)
    return p_norm_distance(first, second, p, 0.0)


class ParameterList(nn.Cell):
    """torch.nn.ParameterList."""

    def __init__(self, values=None):
        super().__init__()
        self.count = 0
        self.extend(values or ())

    def append(self, value):
        value = value if isinstance(value, Parameter) else Parameter(value)
        self.insert_param_to_cell(str(self.count), value, check_name_contain_dot=False)
        self.count += 1
        return self

    def extend(self, values):
        for value in values:
            self.append(value)
        return self

    def __len__(self):
        return self.count

    def __iter__(self):
        return iter([self._params[str(index)] for index in range(self.count)])

    def __iadd__(self, values):
        return self.extend(values)

    def __getitem__(self, index):
        found = [self._params[str(position)] for position in range(self.count)][index]
        return ParameterList(found) if isinstance(index, slice) else found

    def __setitem__(self, index, value):
        name = str(range(self.count)[index])
        value = value if isinstance(value, Parameter) else Parameter(value)
        value.name = name
        self._params[name] = value

    def construct(self):
        raise NotImplementedError("a list of parameters is not called")


class ParameterDict(nn.Cell):
    """torch.nn.ParameterDict."""

    def __init__(self, parameters=None):
        super().__init__()
        self.update(parameters or {})

    def __setitem__(self, key, value):
        value = value if isinstance(value, Parameter) else Parameter(value)
        self.insert_param_to_cell(key, value, check_name_contain_dot=False)

    def __getitem__(self, key):
        return self._params[key]

    def get(self, key, default=None):
        return self._params.get(key, default)

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def __delitem__(self, key):
        del self._params[key]

    def __len__(self):
        return len(self._params)

    def __iter__(self):
        return iter(self._params)

    def __contains__(self, key):
        return key in self._params

    def keys(self):
        return self._params.keys()

    def values(self):
        return self._params.values()

    def items(self):
        return self._params.items()

    def update(self, parameters):
        pairs = parameters.items() if hasattr(parameters, "items") else parameters
        if isinstance(parameters, dict) and not isinstance(parameters, OrderedDict):
            pairs = sorted(pairs)  # as torch does with a plain dictionary
        for key, value in pairs:
            self[key] = value

    def pop(self, key):
        return self._params.pop(key)

    def clear(self):
        self._params.clear()

    def construct(self):
        raise NotImplementedError("a dictionary of parameters is not called")


AdaptiveLogSoftmaxOutput = namedtuple("AdaptiveLogSoftmaxOutput", ["output", "loss"])


class AdaptiveLogSoftmaxWithLoss(nn.Cell):
    """torch.nn.AdaptiveLogSoftmaxWithLoss: frequent classes in the head, rare ones in smaller and smaller tails."""

    def __init__(self, in_features, n_classes, cutoffs, div_value=4.0, head_bias=False, device=None, dtype=None):
        super().__init__()
        self.in_features, self.n_classes = in_features, n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.shortlist_size = self.cutoffs[0]
        self.n_clusters = len(self.cutoffs) - 1
        self.div_value, self.head_bias, self.head_size = div_value, head_bias, self.shortlist_size + self.n_clusters
        self.head = nn.Dense(in_features, self.shortlist_size + self.n_clusters, has_bias=head_bias)
        tails = []
        for n in range(self.n_clusters):
            width = int(in_features // (div_value ** (n + 1)))
            size = self.cutoffs[n + 1] - self.cutoffs[n]
            tails.append(
                nn.SequentialCell(nn.Dense(in_features, width, has_bias=False), nn.Dense(width, size, has_bias=False))
            )
        self.tail = nn.CellList(tails)

    def log_prob(self, input):
        """Log probabilities of all classes."""
        head = ops.log_softmax(self.head(input), axis=1)
        parts = [head[:, : self.shortlist_size]]
        for n, tail in enumerate(self.tail):
            cluster = head[:, self.shortlist_size + n].expand_dims(1)
            parts.append(ops.log_softmax(tail(input), axis=1) + cluster)
        return ops.concat(parts, 1)

    def predict(self, input):
        """The likeliest class of each row."""
        return self.log_prob(input).argmax(axis=1)

    def construct(self, input, target):
        single = target.ndim == 0
        if single:
            input, target = input.expand_dims(0), target.expand_dims(0)
        picked = ops.gather_elements(self.log_prob(input), 1, target.astype(ms.int64).expand_dims(1)).squeeze(1)
        return AdaptiveLogSoftmaxOutput(picked.squeeze(0) if single else picked, -picked.mean())
