"""What PyTorch's own names give back: the part of name resolution that knows the library and not the project."""

from __future__ import annotations

import ast

from migrator.names.values import (
    ARRAY,
    MODULE_STATE,
    PARAMETER,
    PYTHON,
    STATE,
    TENSOR,
    UNKNOWN,
    Kind,
    Value,
    many,
    reference,
    tuple_of,
)

DTYPES = frozenset(
    f"torch.{name}"
    for name in (
        "float32 float float64 double float16 half bfloat16 int8 int16 short int32 int int64 long uint8 bool "
        "complex64 cfloat complex128 cdouble uint16 uint32 uint64"
    ).split()
)

CANONICAL = {
    "torch.functional": "torch",
    "torch.nn.modules.module": "torch.nn",
    "torch.nn.parameter": "torch.nn",
    "torch.utils.data.dataset": "torch.utils.data",
    "torch.utils.data.dataloader": "torch.utils.data",
    "torch.utils.data.sampler": "torch.utils.data",
    "torch.optim.optimizer": "torch.optim",
    "torch.autograd.variable": "torch.autograd",
    "torch.autograd.function": "torch.autograd",
    "torch._tensor": "torch",
    "torch.autograd.grad_mode": "torch",
    "torch.nn.utils.clip_grad": "torch.nn.utils",
    "torch.nn.utils.convert_parameters": "torch.nn.utils",
    "torch.amp.autocast_mode": "torch.amp",
    "torch.amp.grad_scaler": "torch.amp",
    "torch.utils.data._utils.collate": "torch.utils.data",
}
"""Private or doubled module paths that people import from, and the public one."""

_MODULE_PACKAGES = ("torch.nn.modules.",)
_OPTIMIZER_NAMESPACES = frozenset({"torch.optim.lr_scheduler", "torch.optim.swa_utils"})


_FORERUNNERS = {"tensorboardX.SummaryWriter": "torch.utils.tensorboard.SummaryWriter"}
"""What torch took over from a package of its own."""


def canonical(qualified: str) -> str:
    """The public name: ``torch.nn.modules.conv.Conv2d`` is ``torch.nn.Conv2d``."""
    qualified = _FORERUNNERS.get(qualified, qualified)
    if not qualified.startswith("torch"):
        return qualified
    head, _, tail = qualified.rpartition(".")
    if head in CANONICAL:
        return f"{CANONICAL[head]}.{tail}"
    for package in _MODULE_PACKAGES:
        if qualified.startswith(package) and tail[:1].isupper():
            return f"{'.'.join(package.split('.')[:2])}.{tail}"
    if head.startswith("torch.optim.") and tail[:1].isupper() and head not in _OPTIMIZER_NAMESPACES:
        return f"torch.optim.{tail}"
    if head.startswith("torch.distributions.") and tail[:1].isupper():
        return f"torch.distributions.{tail}"
    if head.startswith(_TORCHVISION_FILES) and "_Weights" not in head:
        return f"{'.'.join(head.split('.')[:2])}.{tail}"
    return qualified


_TORCHVISION_FILES = (
    "torchvision.datasets.mnist",
    "torchvision.datasets.cifar",
    "torchvision.datasets.folder",
    "torchvision.datasets.vision",
    "torchvision.transforms.transforms",
    "torchvision.transforms.autoaugment",
    "torchvision.ops.boxes",
    "torchvision.ops.focal_loss",
    "torchvision.models.resnet",
    "torchvision.models.vgg",
    "torchvision.models.alexnet",
    "torchvision.models.densenet",
    "torchvision.models.squeezenet",
    "torchvision.models.googlenet",
    "torchvision.models.mobilenetv2",
    "torchvision.models.shufflenetv2",
    "torchvision.models.vision_transformer",
    "torchvision.models.mobilenetv3",
    "torchvision.models.mnasnet",
    "torchvision.models.efficientnet",
    "torchvision.models.convnext",
    "torchvision.ops.misc",
    "torchvision.ops.stochastic_depth",
)
"""Files of torchvision whose public names are those of the package that they lie in."""


_CLASS_KINDS = {
    "torch.utils.data.DataLoader": Kind.LOADER,
    "torch.device": Kind.DEVICE,
    "torch.Generator": Kind.GENERATOR,
    "torch.cuda.amp.GradScaler": Kind.SCALER,
    "torch.amp.GradScaler": Kind.SCALER,
    "torch.nn.Parameter": Kind.PARAMETER,
    "torch.autograd.Variable": Kind.TENSOR,
    "torch.nn.parallel.DistributedDataParallel": Kind.MODULE,
    "torch.nn.DataParallel": Kind.MODULE,
    "torch.optim.swa_utils.AveragedModel": Kind.MODULE,
}

AVERAGED_MODEL = "torch.optim.swa_utils.AveragedModel"
"""Its ``module`` is another one than itself, which that of the wrappers for several devices is not."""

_BASES = {
    "torch.nn.Module": Kind.MODULE,
    "torch.jit.ScriptModule": Kind.MODULE,
    "torch.utils.data.Dataset": Kind.DATASET,
    "torch.utils.data.IterableDataset": Kind.DATASET,
    "torch.utils.data.Sampler": Kind.SAMPLER,
    "torch.optim.Optimizer": Kind.OPTIMIZER,
    "torch.optim.lr_scheduler.LRScheduler": Kind.SCHEDULER,
    "torch.optim.lr_scheduler._LRScheduler": Kind.SCHEDULER,
    "torch.distributions.Distribution": Kind.DISTRIBUTION,
}


def kind_of_class(qualified: str) -> Kind:
    """The kind of an instance of a library class; UNKNOWN where the name is not a class that we know."""
    known = _CLASS_KINDS.get(qualified) or _BASES.get(qualified)
    if known:
        return known
    head, _, tail = qualified.rpartition(".")
    if not tail[:1].isupper():
        return Kind.UNKNOWN
    if head in ("torch.nn", "torch.nn.utils.parametrizations"):
        return Kind.MODULE
    if head == "torch.optim":
        return Kind.OPTIMIZER
    if head == "torch.optim.lr_scheduler":
        return Kind.SCHEDULER
    if head == "torch.distributions":
        return Kind.DISTRIBUTION
    if head.startswith("torch.utils.data"):
        return Kind.SAMPLER if tail.endswith("Sampler") else Kind.DATASET
    if head == "einops.layers.torch":
        return Kind.MODULE
    if head.startswith("torchvision.datasets"):
        return Kind.DATASET
    if head.startswith("torchvision.transforms"):
        return Kind.TRANSFORM
    if head.startswith(("torchvision.models", "torchvision.ops")) and "_Weights" not in qualified:
        return Kind.MODULE
    if head in ("torch", "torch.cuda") and tail.endswith("Tensor"):
        return Kind.TENSOR
    return Kind.UNKNOWN


_PYTHON_FUNCTIONS = frozenset(
    "torch.is_tensor torch.numel torch.is_floating_point torch.is_complex torch.is_storage torch.equal "
    "torch.allclose torch.is_grad_enabled torch.manual_seed torch.seed torch.initial_seed torch.get_num_threads "
    "torch.is_nonzero torch.can_cast torch.get_default_dtype torch.save torch.nn.utils.clip_grad_value_ "
    "torch.set_grad_enabled torch.broadcast_shapes torch.is_inference_mode_enabled".split()
)

_PAIRS = frozenset(
    "sort topk kthvalue mode var_mean std_mean slogdet qr eig aminmax frexp cummax cummin triangular_solve "
    "median_dim lstsq eigh slogdet".split()
)
_PAIR_WITH_DIM = frozenset({"max", "min", "median", "nanmedian"})
_LISTS = frozenset(
    "split chunk unbind tensor_split hsplit vsplit dsplit split_with_sizes meshgrid broadcast_tensors "
    "atleast_tuple unsafe_split unsafe_chunk".split()
)


def _takes_dim(call: ast.Call, first: int) -> bool:
    if any(keyword.arg == "dim" for keyword in call.keywords):
        return True
    if len(call.args) <= first:
        return False
    argument = call.args[first]
    return isinstance(argument, ast.UnaryOp) or (isinstance(argument, ast.Constant) and type(argument.value) is int)


def _reduction_value(name: str, call: ast.Call, first: int) -> Value | None:
    if name in _PAIRS or (name in _PAIR_WITH_DIM and _takes_dim(call, first)):
        return tuple_of(TENSOR, TENSOR)
    if name in ("svd", "lu", "linalg_svd"):
        return tuple_of(TENSOR, TENSOR, TENSOR)
    if name in _LISTS:
        return many(TENSOR)
    return None


def value_of_call(qualified: str, call: ast.Call) -> Value:
    """What a call of the library's ``qualified`` gives back."""
    kind = kind_of_class(qualified)
    if kind is not Kind.UNKNOWN:
        return Value(kind, qualified)
    if qualified in _PYTHON_FUNCTIONS:
        return PYTHON
    head, _, name = qualified.rpartition(".")
    if qualified in ("torch.load",):
        return STATE
    if qualified in ("torch.promote_types", "torch.result_type", "torch.get_default_dtype"):
        return Value(Kind.DTYPE)
    if qualified == "torch.get_rng_state":
        return UNKNOWN
    if head.startswith("torch.nn.utils.rnn"):
        if name == "pad_packed_sequence":
            return tuple_of(TENSOR, TENSOR)
        return Value(Kind.INSTANCE, "torch.nn.utils.rnn.PackedSequence") if name.lower().startswith("pack") else TENSOR
    if head in ("torch.nn.utils", "torch.nn.utils.parametrizations"):
        if name in ("clip_grad_norm_", "clip_grad_norm", "parameters_to_vector"):
            return TENSOR
        return PYTHON if name.startswith(("clip", "vector")) else Value(Kind.MODULE)
    if head == "torch.autograd" and name == "grad":
        return many(TENSOR)
    if head in ("torch.cuda", "torch.backends.cudnn", "torch.backends", "torch.distributed", "torch.mps", "torch.xpu"):
        return PYTHON
    if head == "torch.utils.data":
        return many(Value(Kind.DATASET)) if name == "random_split" else UNKNOWN
    if head == "torch.jit" or qualified == "torch.compile":
        return Value(Kind.MODULE)
    if head.startswith("torchvision.models"):
        return Value(Kind.MODULE, qualified)
    if head.startswith("torchvision.utils"):
        return TENSOR if name == "make_grid" else PYTHON
    if head == "torchvision.ops" or (head == "torchvision.io" and name in ("read_image", "decode_image")):
        return TENSOR
    if head.startswith("torchvision.transforms.functional"):
        return UNKNOWN
    if qualified in ("torch.get_default_device", "torch.accelerator.current_accelerator"):
        return Value(Kind.DEVICE)
    if head in ("torch", "torch.nn.functional", "torch.linalg", "torch.special", "torch.fft", "torch.sparse"):
        if head == "torch.linalg" and name in ("eigh", "eig", "qr", "slogdet", "inv_ex", "cholesky_ex", "lstsq"):
            return many(TENSOR)
        if head == "torch.linalg" and name in ("svd", "lu", "lu_factor", "lu_factor_ex", "ldl_factor", "ldl_factor_ex"):
            return many(TENSOR)
        if name == "unique" or name == "unique_consecutive":
            asked = {keyword.arg for keyword in call.keywords} & {"return_inverse", "return_counts"}
            return many(TENSOR) if asked else TENSOR
        if name == "where" and len(call.args) == 1:
            return many(TENSOR)
        if name.endswith("_with_indices") or any(keyword.arg == "return_indices" for keyword in call.keywords):
            return tuple_of(TENSOR, TENSOR)
        if name == "multi_head_attention_forward":
            return tuple_of(TENSOR, TENSOR)
        return _reduction_value(name, call, 1) or TENSOR
    if head == "torch.nn.init":
        return PARAMETER
    if head == "einops":
        if name == "pack":
            return tuple_of(TENSOR, Value(Kind.SEQUENCE))
        if name == "unpack":
            return many(TENSOR)
        return TENSOR if name in ("rearrange", "repeat", "reduce", "einsum") else UNKNOWN
    if head.startswith("torch.random"):
        return PYTHON
    return UNKNOWN


SIZE = Value(Kind.SEQUENCE, "torch.Size", (PYTHON,), True)

_TENSOR_TO_PYTHON = frozenset(
    "item tolist numel dim ndimension element_size nelement is_floating_point is_complex is_contiguous equal allclose "
    "get_device data_ptr storage_offset stride is_set_to type_as_str backward register_hook is_nonzero is_signed "
    "__len__ is_shared".split()
)


def value_of_tensor_method(name: str, call: ast.Call) -> Value:
    if name in _TENSOR_TO_PYTHON:
        return PYTHON
    if name == "numpy":
        return ARRAY
    if name == "size":
        return PYTHON if call.args or call.keywords else SIZE
    if name == "type" and not call.args and not call.keywords:
        return PYTHON
    if name == "nonzero" and call.keywords:
        return many(TENSOR)
    if name == "unique":
        asked = {keyword.arg for keyword in call.keywords} & {"return_inverse", "return_counts"}
        return many(TENSOR) if asked else TENSOR
    return _reduction_value(name, call, 0) or TENSOR


_TENSOR_ATTRIBUTES = {
    "shape": SIZE,
    "dtype": Value(Kind.DTYPE),
    "device": Value(Kind.DEVICE),
    "ndim": PYTHON,
    "is_cuda": PYTHON,
    "requires_grad": PYTHON,
    "is_leaf": PYTHON,
    "layout": PYTHON,
    "itemsize": PYTHON,
    "nbytes": PYTHON,
    "name": PYTHON,
    "grad_fn": PYTHON,
}


def value_of_tensor_attribute(name: str) -> Value:
    return _TENSOR_ATTRIBUTES.get(name, TENSOR)


def value_of_module_method(name: str, receiver: Value, call: ast.Call) -> Value:
    if receiver.of == "torch.nn.ModuleDict" and name in ("keys", "values", "items", "pop"):
        element = receiver.items[0] if receiver.items else Value(Kind.MODULE)
        known = {"keys": many(PYTHON), "values": many(element), "items": many(tuple_of(PYTHON, element))}
        return known.get(name, element)
    if name in ("train", "eval", "to", "cuda", "cpu", "float", "double", "half", "requires_grad_", "apply", "type"):
        return receiver
    if name in ("append", "extend", "insert") and receiver.of in ("torch.nn.Sequential", "torch.nn.ModuleList"):
        return receiver
    if name in ("parameters", "buffers"):
        return many(PARAMETER if name == "parameters" else TENSOR)
    if name in ("named_parameters", "named_buffers"):
        return many(tuple_of(PYTHON, PARAMETER if name == "named_parameters" else TENSOR))
    if name in ("modules", "children"):
        return many(Value(Kind.MODULE))
    if name in ("named_modules", "named_children"):
        return many(tuple_of(PYTHON, Value(Kind.MODULE)))
    if name == "state_dict":
        return Value(Kind.STATE, MODULE_STATE)
    if name in ("get_parameter", "get_buffer"):
        return TENSOR
    if name in ("__call__", "forward"):
        return value_of_module_call(receiver.of)
    return UNKNOWN


_RECURRENT = {"torch.nn.GRU", "torch.nn.RNN"}


PACKED = Value(Kind.INSTANCE, "torch.nn.utils.rnn.PackedSequence")


def value_of_module_call(of: str, first: Value = UNKNOWN) -> Value:
    """What calling a library module on its inputs gives back; ``first`` is the first of them."""
    output = PACKED if first.of == PACKED.of else TENSOR
    if of == "torch.nn.LSTM":
        return tuple_of(output, tuple_of(TENSOR, TENSOR))
    if of in _RECURRENT:
        return tuple_of(output, TENSOR)
    if of in ("torch.nn.LSTMCell", "torch.nn.MultiheadAttention"):
        return tuple_of(TENSOR, TENSOR)
    return TENSOR


NAMED_TUPLE = "collections.namedtuple()"
"""The class that ``namedtuple`` makes, and what its instances are ``of``."""

_MAKES_TENSOR = frozenset(
    "ToTensor PILToTensor ToImage Normalize ConvertImageDtype RandomErasing LinearTransformation ToDtype".split()
)


def value_of_transform_call(transform: Value, image: Value) -> Value:
    """What a transform of torchvision gives back: a tensor where one of its steps makes one."""
    found = image if image.is_tensor else UNKNOWN
    for step in transform.items if transform.of.endswith(".Compose") else (transform,):
        name = step.of.rpartition(".")[2]
        found = TENSOR if name in _MAKES_TENSOR else UNKNOWN if name in ("ToPILImage", "FiveCrop", "TenCrop") else found
    return found


def value_of_method(receiver: Value, name: str, call: ast.Call) -> Value:
    """What ``receiver.name(...)`` gives back, for receivers of library kinds."""
    kind = receiver.kind
    if kind is Kind.BATCH and name in ("items", "keys", "values", "get", "pop"):
        return {"items": many(tuple_of(PYTHON, TENSOR)), "keys": many(PYTHON), "values": many(TENSOR)}.get(name, TENSOR)
    if kind is Kind.BATCH and name in ("to", "cuda", "cpu", "pin_memory"):
        return receiver
    if receiver.is_tensor:
        return value_of_tensor_method(name, call)
    if kind is Kind.MODULE:
        return value_of_module_method(name, receiver, call)
    if kind is Kind.DISTRIBUTION:
        return TENSOR if name not in ("expand",) else receiver
    if kind is Kind.ARRAY:
        return PYTHON if name in ("item", "tolist", "tobytes") else ARRAY
    if kind is Kind.SCHEDULER:
        return many(PYTHON) if name == "get_last_lr" else STATE if name == "state_dict" else PYTHON
    if kind is Kind.OPTIMIZER:
        return STATE if name == "state_dict" else UNKNOWN
    if kind is Kind.GENERATOR:
        return receiver
    if kind is Kind.SCALER:
        return TENSOR if name == "scale" else PYTHON
    if kind is Kind.STATE:
        if name == "items":
            return many(tuple_of(PYTHON, receiver.element()))
        return many(PYTHON) if name == "keys" else many(receiver.element()) if name == "values" else UNKNOWN
    if kind is Kind.MAPPING and receiver.items:
        element = receiver.items[0]
        known = {"items": many(tuple_of(PYTHON, element)), "keys": many(PYTHON), "values": many(element)}
        return known.get(name, element if name in ("get", "pop", "setdefault") else UNKNOWN)
    if kind is Kind.SEQUENCE and name == "pop":
        return receiver.element()
    if kind is Kind.INSTANCE and receiver.of == "torch.nn.utils.rnn.PackedSequence":
        return receiver
    return UNKNOWN


PARAMETER_GROUP = "torch.optim.Optimizer.param_group"
"""What the dictionaries in ``optimizer.param_groups`` are."""


_OF_DISTRIBUTION = {
    "batch_shape": PYTHON,
    "event_shape": PYTHON,
    "has_rsample": PYTHON,
    "has_enumerate_support": PYTHON,
    "bijective": PYTHON,
    "event_dim": PYTHON,
    "arg_constraints": UNKNOWN,
    "support": UNKNOWN,
    "sign": UNKNOWN,
    "transforms": UNKNOWN,
    "parts": UNKNOWN,
}
"""What distributions and their transforms offer beside tensors."""


_OF_EVERY_CONTAINER = frozenset(
    "keys values items pop clear update to cuda cpu half float double type train eval training parameters buffers "
    "named_parameters named_buffers children modules named_children named_modules apply state_dict load_state_dict "
    "requires_grad_ zero_grad register_buffer add_module share_memory forward".split()
)
"""What a ``ModuleDict`` has that is not one of the modules in it."""


def _is_own_of_sequential(name: str) -> bool:
    own = name in ("append", "extend", "insert", "bfloat16", "type", "compile", "extra_repr", "set_submodule", "state")
    return own or name in _OF_EVERY_CONTAINER or name.startswith(("_", "register_", "get_"))


def value_of_attribute(receiver: Value, name: str) -> Value:
    """What reading ``receiver.name`` gives, for receivers of library kinds."""
    kind = receiver.kind
    if receiver.is_tensor:
        return value_of_tensor_attribute(name)
    if kind is Kind.SEQUENCE and receiver.of == NAMED_TUPLE:
        return receiver.element()
    if kind is Kind.SEQUENCE and name in ("values", "indices", "eigenvalues", "eigenvectors", "Q", "R", "U", "S"):
        return TENSOR if receiver.element().is_tensor else UNKNOWN
    if kind is Kind.MODULE and name in ("weight", "bias", "in_proj_weight", "in_proj_bias"):
        return PARAMETER
    if kind is Kind.MODULE and name in ("running_mean", "running_var"):
        return TENSOR
    if kind is Kind.MODULE and name == "training":
        return PYTHON
    if kind is Kind.MODULE and name == "module":
        return Value(Kind.MODULE) if receiver.of == AVERAGED_MODEL else receiver
    if receiver.of == "torch.nn.ModuleDict" and not name.startswith("_") and name not in _OF_EVERY_CONTAINER:
        return receiver.items[0] if receiver.items else Value(Kind.MODULE)
    if receiver.of == "torch.nn.Sequential" and not _is_own_of_sequential(name):
        return Value(Kind.MODULE)  # a layer by its name in the ``OrderedDict``, or one that was added
    if kind is Kind.MODULE and receiver.of.startswith("torchvision.models."):
        own = name in _OF_EVERY_CONTAINER or name.startswith(("register_", "get_"))
        return UNKNOWN if own else Value(Kind.MODULE)
    if kind is Kind.DATASET and receiver.of.endswith("MNIST") and name in ("data", "targets"):
        return TENSOR
    if kind is Kind.DISTRIBUTION:
        return receiver if name in ("inv", "base_dist", "base_transform") else _OF_DISTRIBUTION.get(name, TENSOR)
    if kind is Kind.LOADER and name in ("dataset", "sampler"):
        return Value(Kind.DATASET if name == "dataset" else Kind.SAMPLER)
    if kind is Kind.OPTIMIZER and name == "param_groups":
        return many(Value(Kind.MAPPING, PARAMETER_GROUP))
    if kind is Kind.ARRAY:
        return PYTHON if name in ("shape", "dtype", "ndim", "size") else ARRAY
    return UNKNOWN


def value_of_constant_name(qualified: str) -> Value:
    """The value behind a dotted library name that is not called."""
    if qualified in DTYPES:
        return Value(Kind.DTYPE, qualified)
    return reference(qualified)


NUMPY_PYTHON = frozenset(
    "numpy.isscalar numpy.save numpy.savez numpy.savetxt numpy.random.seed numpy.iinfo numpy.finfo numpy.dtype "
    "numpy.load numpy.allclose numpy.shape numpy.ndim numpy.random.rand_scalar".split()
)


def value_of_other_call(qualified: str) -> Value:
    """What calls of NumPy, OpenCV, the standard library and friends give back."""
    if qualified.startswith(("numpy.", "cv2.", "scipy.")):
        return PYTHON if qualified in NUMPY_PYTHON else ARRAY
    # A signature has `parameters` as a model has.
    return PYTHON if qualified.startswith("inspect.") else UNKNOWN


TENSOR_ONLY = frozenset(
    "unsqueeze unsqueeze_ view view_as expand expand_as permute detach detach_ cpu cuda backward requires_grad_ numel "
    "contiguous masked_fill masked_fill_ masked_select index_select gather scatter scatter_ scatter_add scatter_add_ "
    "topk float double half long t mm bmm matmul addmm baddbmm softmax log_softmax sigmoid tanh relu sigmoid_ relu_ "
    "zero_ fill_ add_ sub_ mul_ div_ copy_ clamp clamp_ clamp_min norm pow exp log log1p sqrt rsqrt abs_ eq ne lt gt le "
    "ge type_as new new_zeros new_ones new_full new_tensor new_empty chunk unbind narrow size dim is_cuda requires_grad "
    "grad retain_grad register_hook erf uniform_ normal_ bernoulli bernoulli_ multinomial unfold repeat_interleave "
    "roll tril triu lerp lerp_ addcmul_ addcdiv_ index_copy_ index_fill_ index_add_ flatten_ unflatten cross logsumexp "
    "flip is_contiguous nelement ndimension element_size data_ptr is_floating_point pin_memory share_memory_ bfloat16 "
    "coalesce _indices _values _nnz to_dense".split()
)
"""Attributes that a tensor has and that NumPy arrays, strings, lists and dictionaries have not."""
