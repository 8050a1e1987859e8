"""Snippets by pattern: every public name of a namespace with many argument lists, of which torch itself says which fit.

Nothing here is written API by API: :func:`candidates` offers, :func:`fitting` keeps what torch runs.
"""

# ruff: noqa: E501 - argument lists are read across

from __future__ import annotations

import types
from dataclasses import dataclass

ARGUMENTS = """
|x|i|v|k|b|s|n|A|Q|z|f|d|p
x, 1|x, 0|x, -1|x, dim=1|x, dim=0, keepdim=True|x, 1, True|x, dim=(0, 1)|Q, dim=(0, 2)|i, 1|i, dim=1|b, 1|b, dim=0|v, 0|k, 0|Q, -1
x, y|x, 2|x, 0.5|i, j|i, 2|x, i|b, c|i, 2.5|x, s|v, w|z, z|x, x.T.reshape(2, 3)|input=x, other=y|x, other=2.0|2, x|k, k|d, x
x, y, 0.5|x, y, p|x, y, value=0.5|x, y, alpha=2|x, y, p, value=0.5|v, w, 2|x, y, dim=1
x, -0.5, 0.5|x, min=0.0|x, max=0.5|i, 1, 3|x, min=y|i, min=2
x, (0, 1)|x, [1, 0]|Q, (2, 0, 1)|Q, 0, 2|Q, 1, 2|x, 0, 1|x, dims=(0, 1)|x, (3, 2)|x, (-1,)|Q, (6, 4)|Q, 1, (3, 1)|x, (2, 2, 3)|v, (2, 2)|x, dims=[1]
x, 2, 1|x, 2, dim=1|x, 1, 0|v, 2|v, 2, 0, False|x, 2, 1, False|Q, 2, 1|v, k|v, torch.tensor([1, 2, 0, 1])|x, [1, 2], 1
x, 1, g|x, 0, m|x, 1, torch.tensor([0, 2])|x, 0, g, y|x, 1, g, y|x, 0, m, y|x, 0, m, 9.0|x, 1, g, 2.0|x, 0, m, y, alpha=2|x, g|v, k, w|x, (m, m), torch.tensor([7.0, 8.0])
x, b|x, b, 0.0|x, b, y|b, x, y|b, x, 0.0|b|x > 0, x, y|b, 1.0, 0.0|x, b, torch.arange(6.0)
x, 1, g, y, 'sum'|x, 1, g, y, 'mean'|x, 1, g, y, 'amax'|x, 1, g, y, 'prod', include_self=False|x, 0, m, y, 'amin'|x, 0, m, y, 'prod'
[x, y]|(x, y)|[x, y], 1|(x, y), dim=-1|[v, w]|v, w, v|[A, A]|*[x, y]|k, m|v, m.float()
A, B|x, A|x, B|Q, R|A, A|v, v|A, torch.tensor([1.0, 2.0, 3.0])|x, B, out=None|A, 2|A, -1|A, 'fro'|A, 'nuc'|A, 1|A, float('inf')|Q, 2, (1, 2)|x, 'fro', dim=(0, 1)|x, 3, 1|x, p=1, dim=1
torch.zeros(2, 2), x, B|torch.ones(2, 2), x, B, beta=0.5, alpha=2|torch.ones(2, 3, 3), Q, R|torch.ones(3, 3), Q, R|torch.ones(2), x, torch.tensor([1.0, 2.0, 3.0])|torch.zeros(4, 4), v, w
(2, 3)|2, 3|5|5, dtype=torch.int64|(2, 3), dtype=torch.float64|1, 5|1.0, 2.0, 0.25|0, 10, 5|0, 1, steps=5|3, 4|(2, 3), 7|(2, 3), 1.5|x, 3.0|x, dtype=torch.int32|[1, 2, 3]|[[1.0, 2.0], [3.0, 4.0]]|2.5|3|True|8, True|8, False|3, 3, 1|[1, 2], dtype=torch.float64|0, 10, 2|size=(2, 2)
torch.float32|torch.int32|torch.float32, torch.int64|torch.float64, torch.float32|x, torch.float64|x, dtype=torch.float64|x, dim=1, dtype=torch.float64|i, dtype=torch.float32
v, 3|v, bins=4, min=0, max=4|v, bins=4|k, minlength=5|k, weights=w|torch.tensor([1.0, 2.0, 3.0]), x|x, torch.tensor([0.0, 1.0])|x, torch.tensor([0.0, 1.0]), right=True|v, 0.5|x, 0.3, dim=1|x, torch.tensor([0.25, 0.75]), 1, True|k, return_counts=True|k, return_inverse=True|i, dim=0|k, True, True, True
'ij,jk->ik', x, B|'ij->ji', x|'ij->', x|'bij,bjk->bik', Q, R|'ii', A|'i,i->', v, w|'...ij->...ji', Q|x, B, dims=1|Q, R, dims=([1, 2], [2, 1])
x, 2, 0, 1|x, 0, 0, 2|x, 1, 0, 2|Q, 1, 0, 2|x, torch.tensor([1.0, 2.0, 3.0]), 0, 1|A, torch.ones(3), 0|x, 0, -1|A, 1|A, -1|A, diagonal=1|v, 1|Q, 0, 1, 2|x, 1, 1, 2|x, -1, 1
x, descending=True|x, dim=0, descending=True|x, 0, True|v, descending=True, stable=True|x, largest=False, k=1|x, stable=True
z.real, z.imag|x, y, rtol=1e-3|x, x|x, x.clone()|x, y, equal_nan=True|f, f, equal_nan=True|f, 0.0|f, nan=1.0, posinf=9.0, neginf=-9.0
x, unbiased=False|x, 1, False|x, dim=1, correction=0|x, dim=1, unbiased=True, keepdim=True|x, False|x, correction=0
A @ A.T + torch.eye(3)|A, B, upper=True|A.tril(), B, upper=False|B, A.tril()|A, True|e|e, False|e.T|e.T, 'complete'|e.T, torch.ones(3, 1)|Q[:, :3, :3] + 5 * torch.eye(3)|A, torch.ones(3, 2)|A.to(torch.complex64)
v, n=6|v, 4, -1, 'ortho'|x, dim=0|x, s=(2, 4)|x, (2, 2), (0, 1)|Q, dim=(0, 1)|z, n=4|x, norm='forward'|4, 0.5|4, d=2.0|2, v|1, x + 3|3, x|x + 3, y.abs() + 1|x + 3, 2|v, n
rounding_mode='floor', input=x, other=y|x, y, rounding_mode='trunc'|i, j, rounding_mode='floor'|i, 2, rounding_mode='trunc'|x, decimals=1|x, nan=0.0|x, eps=1e-6|p, 1e-3|x, diagonal=-1
x, 'ij'|v, w, indexing='xy'|v, w, indexing='ij'|v, r=2|v, 2, True|x, [0, 1]|Q, [1, 3], 2|Q, (1, 2)|x, 3|6, [2, 3]|torch.tensor([5, 1]), (2, 3)|x, 1, (3, 1)|Q, 2, [2, 2]|Q, dim=2, sizes=(2, 2)
x, x=None|v, w|v, dx=0.5|x, torch.tensor([0.0, 1.0, 3.0])|x, n=2|x, dim=0|v, prepend=torch.tensor([0.0])|x, spacing=2.0|x, dim=1
"""

METHOD_ARGUMENTS = """
|1|0|-1|dim=1|0, True|dim=0, keepdim=True|(0, 1)|dim=(0, 1)|1, keepdim=True
y|2|0.5|other=y|i|2.5|s|p, value=0.5|y, alpha=2|y, 0.5|y, p|y, p, value=0.5
-0.5, 0.5|min=0.0|max=0.5|min=y|1, 3|dims=(0, 1)|1, 0|3, 2|(3, 2)|-1|6|-1, 2|2, 2, 3|2, -1, -1|[1, 0]|0, 1
1, g|0, m|1, torch.tensor([0, 2])|1, g, y|1, g, 2.0|0, m, y|0, m, 9.0|0, m, y, alpha=2|g|(m, m), torch.tensor([7.0, 8.0])|0, m, y, 'amax'|1, g, y, 'sum'|1, g, y, reduce='mean', include_self=False
b|b, 0.0|b, y|b, torch.arange(6.0)|mask=b, value=-1.0
A|B|x.T|x.T, 1|torch.tensor([1.0, 2.0, 3.0])|w|v
torch.float64|torch.int64|dtype=torch.float64|'cpu'|torch.device('cpu')|y.double()|'cpu', torch.float64|torch.bool|(2, 2)|2, 2|(2,), 3.0|[1, 2]|2, 2, dtype=torch.int64
2, 1|2, dim=1|1, 1|1, 0, 1|1, 2, 1|1, 0|2, 0, False|k=1, largest=False|descending=True|dim=0, descending=True|1, 1, 2
p=1|1, 1|'fro'|p=2, dim=1|float('inf')|2, 1, True|unbiased=False|1, False|correction=0|False|dim=1, dtype=torch.float64|dtype=torch.float64
0.5|0.3, dim=1|torch.tensor([0.25, 0.75]), 1|bins=4|4, -1.0, 1.0|return_counts=True|return_inverse=True, dim=0|minlength=6|as_tuple=True|decimals=1|y, rounding_mode='floor'|2, rounding_mode='trunc'|1e-6|diagonal=1
x.shape|y.shape|(1, 3)|1, (3, 1)|1, (-1, 3)|[1, 2], 1|1, 3, 1|0, 2, 1|3, 1|2, (3, 2)
"""

RECEIVERS = {
    "x": None,
    "i": (
        "",
        "1",
        "j",
        "2",
        "dim=1",
        "-1",
        "y",
        "g",
        "2, rounding_mode='floor'",
        "1, g",
        "b, 0",
        "dtype=torch.float32",
        "torch.float32",
        "3, 2",
    ),
    "b": ("", "1", "c", "dim=0", "torch.int64"),
    "v": ("", "0", "w", "k", "-1", "2", "2, 2", "1", "dim=0", "descending=True", "0, k, w"),
    "s": ("", "2", "0"),
    "Q": ("", "1", "-1", "2, 0, 1", "(0, 2)", "1, 2", "R", "0, 2, 1", "1, 2, 1", "2, -1", "-1, 4", "[1, 3], 2", "2, 2"),
    "A": ("", "B", "2", "A", "1", "-1"),
    "z": ("", "z", "2"),
    "k": ("", "0", "2", "return_counts=True", "minlength=5"),
    "d": ("", "1", "d"),
    "f": ("", "0.0", "nan=1.0"),
}

SKIPPED = frozenset(
    "Tag Generator Event Stream Future compile load save fork wait while_loop vmap from_file import_ir_module get_file_path "
    "hash_tensor manual_seed seed initial_seed set_rng_state get_rng_state set_num_threads set_num_interop_threads "
    "set_default_dtype set_default_tensor_type set_default_device set_deterministic_debug_mode use_deterministic_algorithms "
    "init_num_threads storage untyped_storage data_ptr backward register_hook retain_grad requires_grad_ share_memory_ "
    "pin_memory cuda xpu ipu mtia typename layout Size get_device const_data_ptr storage_type set_ set_printoptions "
    "parse_ir parse_schema as_subclass module_load new reinforce record_stream resize_as_sparse_ stride names "
    "dim_order is_set_to empty_strided get_device_module set_float32_matmul_precision grad_fn output_nr index slice_inverse resize_as grad_dtype is_leaf grad "
    "retains_grad volatile AVG SUM PRIVATE_OPS TYPE_CHECKING classproperty prepare_multiprocessing_environment "
    "thread_safe_generator profiler_allow_cudagraph_cupti_lazy_reinit_cuda12 default_generator is_vulkan_available bit "
    "complex32 chalf bcomplex32 jagged get_num_threads get_num_interop_threads common_args multi_dim_common common_notes "
    "factory_common_args has_lapack has_mkl has_openmp has_spectral legacy_contiguous_format strided contiguous_format "
    "preserve_format channels_last channels_last_3d compiled_with_cxx11_abi set_flush_denormal native_dropout "
    "max_pool1d_with_indices lobpcg to_dlpack".split()
)
"""No computation that a training program writes: states of torch's process, internals, storage, quantisation."""

_NOT_NAMES = ("float4", "float8", "bits", "per_channel", "per_tensor", "USE_")
_SMALL = frozenset(f"{sign}int{bits}" for sign in ("", "u") for bits in range(1, 8))


def left_out(name: str) -> bool:
    """Whether a public name is not part of the suite."""
    private = name.startswith(("_", *_NOT_NAMES)) or name in _SMALL
    return private or name in SKIPPED or any(word in name for word in QUANTISED)


RANDOM = frozenset(
    "rand randn randint randperm normal bernoulli multinomial poisson rand_like randn_like randint_like binomial normal_ "
    "uniform_ random_ bernoulli_ exponential_ geometric_ cauchy_ log_normal_ empty empty_like empty_strided new_empty "
    "empty_permuted dropout dropout_ alpha_dropout alpha_dropout_ feature_dropout feature_dropout_ feature_alpha_dropout "
    "rrelu rrelu_ feature_alpha_dropout_ native_dropout resize_ resize_as_ new_empty_strided svd_lowrank pca_lowrank".split()
)
"""Where only shapes are compared."""

QUANTISED = ("quant", "fbgemm", "miopen", "mkldnn", "cudnn", "fused_", "sym_", "_copy", "sparse", "autocast", "nested")


@dataclass(frozen=True)
class Snippet:
    """One program: ``api`` is the name under test, ``shape_only`` where its numbers are random."""

    api: str
    code: str
    shape_only: bool = False
    origin: str = "pattern"


def argument_lists(text: str) -> list[str]:
    return [part.strip() for line in text.strip("\n").splitlines() for part in line.split("|")]


def candidates(namespace: str) -> list[tuple[str, str]]:
    """(api, expression) for all public names of ``torch``, ``torch.linalg`` … or ``torch.Tensor``."""
    import torch

    home = torch
    for part in namespace.split(".")[1:]:
        home = getattr(home, part)
    found: list[tuple[str, str]] = []
    for name in dir(home):
        if left_out(name):
            continue
        member = getattr(home, name)
        api = f"{namespace}.{name}"
        if namespace == "torch.Tensor":
            found.extend((api, expression) for expression in _methods(name, member))
        elif isinstance(member, types.ModuleType | type) or not callable(member):
            if not isinstance(member, types.ModuleType | type):
                found.append((api, api))
        elif not name.endswith("_"):
            found.extend((api, f"{api}({arguments})") for arguments in argument_lists(ARGUMENTS))
        else:
            found.extend((api, f"{api}({arguments})") for arguments in argument_lists(ARGUMENTS)[:30])
    return found


def _methods(name: str, member: object) -> list[str]:
    if not callable(member):
        return [f"{receiver}.{name}" for receiver in RECEIVERS]
    made = []
    for receiver, lists in RECEIVERS.items():
        for arguments in argument_lists(METHOD_ARGUMENTS) if lists is None else lists:
            made.append(f"{receiver}.{name}({arguments})")
    return made
