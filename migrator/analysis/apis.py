"""Which role a PyTorch API gives to the code that uses it."""

from __future__ import annotations

from functools import lru_cache

ROOTS = frozenset({"torch", "torchvision", "torchaudio", "torchtext"})
"""Packages whose every use has to move."""

NEUTRAL = ""
"""The role of tensor arithmetic: what it is for depends on the code around it."""

_BY_NAME = {
    "training": (
        "torch.Tensor.backward torch.Tensor.retain_grad torch.Tensor.grad torch.manual_seed torch.seed torch.Generator "
        "torch.nn.Module.train torch.nn.Module.zero_grad torch.enable_grad torch.nn.Module.requires_grad_ "
        "torch.nn.functional.cross_entropy torch.nn.functional.nll_loss torch.nn.functional.mse_loss "
        "torch.nn.functional.binary_cross_entropy torch.nn.functional.binary_cross_entropy_with_logits "
        "torch.nn.functional.l1_loss torch.nn.functional.smooth_l1_loss torch.nn.functional.kl_div "
        "torch.nn.functional.triplet_margin_loss torch.nn.functional.ctc_loss torch.nn.functional.huber_loss "
        "torch.nn.functional.cosine_embedding_loss torch.nn.functional.gaussian_nll_loss "
        "torch.nn.functional.poisson_nll_loss torch.nn.functional.margin_ranking_loss"
    ),
    "checkpoint": (
        "torch.save torch.load torch.nn.Module.state_dict torch.nn.Module.load_state_dict "
        "torch.optim.Optimizer.state_dict torch.optim.Optimizer.load_state_dict "
        "torch.optim.lr_scheduler.LRScheduler.state_dict torch.optim.lr_scheduler.LRScheduler.load_state_dict "
        "torch.hub.load_state_dict_from_url"
    ),
    "inference": "torch.no_grad torch.inference_mode torch.set_grad_enabled torch.nn.Module.eval",
    "device": (
        "torch.device torch.Tensor.to torch.Tensor.cuda torch.Tensor.cpu torch.Tensor.device torch.nn.Module.to "
        "torch.nn.Module.cuda torch.nn.Module.cpu torch.nn.DataParallel torch.set_num_threads torch.get_num_threads "
        "torch.set_default_device torch.set_float32_matmul_precision"
    ),
    "model": "torch.autograd.Function torch.compile torch.autograd.function.FunctionCtx",
    NEUTRAL: (
        "torch.nn.Module.parameters torch.nn.Module.named_parameters torch.nn.Module.__call__ torch.nn.Module.forward "
        "torch.autograd.Variable torch.nn.Parameter torch.nn.Module.modules torch.nn.Module.children"
    ),
}

_BY_PREFIX = {
    "torch.utils.data.": "data",
    "torchvision.datasets": "data",
    "torchvision.transforms": "data",
    "torchvision.io": "data",
    "torchvision.models": "model",
    "torchvision.ops": "model",
    "torchaudio.": "data",
    "torchtext.": "data",
    "torch.optim.": "training",
    "torch.amp.": "training",
    "torch.cuda.amp.": "training",
    "torch.autograd.": "training",
    "torch.utils.tensorboard": "training",
    "torch.nn.utils.clip_grad": "training",
    "torch.cuda.": "device",
    "torch.backends.": "device",
    "torch.mps.": "device",
    "torch.xpu.": "device",
    "torch.accelerator.": "device",
    "torch.distributed.": "device",
    "torch.multiprocessing.": "device",
    "torch.nn.parallel.": "device",
    "torch.utils.checkpoint.": "model",
    "torch.jit.": "model",
    "torch.distributions.": "model",
    "torch.nn.utils.rnn.": NEUTRAL,
    "torch.nn.": "model",
    "torch.Tensor.": NEUTRAL,
    "torch.": NEUTRAL,
}

_EXACT = {name: role for role, names in _BY_NAME.items() for name in names.split()}

BACKWARD = frozenset(
    "torch.Tensor.backward torch.autograd.backward torch.autograd.grad torch.optim.Optimizer.step "
    "torch.amp.GradScaler.step torch.amp.GradScaler.scale torch.cuda.amp.GradScaler.step".split()
)
"""Calls that only training makes."""

MAKES_TENSOR = frozenset(
    "torch.tensor torch.as_tensor torch.from_numpy torch.Tensor torch.FloatTensor torch.LongTensor torch.DoubleTensor "
    "torch.IntTensor torch.BoolTensor torch.ByteTensor torch.asarray torch.frombuffer "
    "torchvision.transforms.functional.to_tensor torchvision.transforms.functional.pil_to_tensor".split()
)
"""Calls that take NumPy arrays or plain numbers and give tensors."""

REDESIGN = (
    "torch.distributed.rpc",
    "torch.distributed.pipeline",
    "torch.distributed.fsdp",
    "torch.utils.cpp_extension",
    "torch.fx",
    "torch._dynamo",
    "torch._inductor",
    "torch.library",
    "torch.ops",
    "torch.classes",
    "torch.export",
    "torch.ao",
    "torch.quantization",
)
"""Namespaces behind which there is no MindSpore call to write: what they are used for has to be thought out anew."""


@lru_cache(maxsize=8192)
def role_of(api: str) -> str:
    """The role that a use of ``api`` gives to its code; :data:`NEUTRAL` for tensor arithmetic."""
    if api in _EXACT:
        return _EXACT[api]
    if api.startswith("torch.nn.") and api.count(".") == 2 and api.endswith("Loss"):
        return "training"
    for prefix, role in _BY_PREFIX.items():
        if api.startswith(prefix):
            return role
    return NEUTRAL


def root_of(api: str) -> str:
    return api.partition(".")[0]
