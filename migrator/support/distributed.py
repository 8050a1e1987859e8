"""torch.distributed over MindSpore's processes, which ``msrun`` starts; a program that runs alone needs none of them."""

from __future__ import annotations

import math
import os

import mindspore as ms
import numpy as np
from mindspore import communication, ops
from mindspore.mint import distributed as collective

PROCESSES = {"initialized": False}


def among_several():
    """Whether the program is one of several connected processes."""
    return communication.GlobalComm.INITED and communication.get_group_size() > 1


class FinishedWork:
    """What torch's collectives give back with ``async_op=True``: here they are done at once."""

    def wait(self, timeout=None):
        return True

    def is_completed(self):
        return True


def finished(async_op):
    return FinishedWork() if async_op else None


def get_backend(group=None):
    """torch's ``get_backend`` in torch's words, which programs compare with: ``gloo`` on CPU."""
    return default_backend(ms.get_context("device_target"))


def default_backend(device):
    """torch's ``get_default_backend_for_device``."""
    return "gloo" if str(device).lower().startswith("cpu") else "nccl"


def new_group(ranks=None, timeout=None, backend=None, pg_options=None, **options):
    """torch's ``new_group``: alone there is only the one group of all."""
    return collective.new_group(ranks) if among_several() else None


def init_process_group(*arguments, **options):
    """torch's ``init_process_group``: connects the processes that ``msrun`` started; alone there is nothing to do."""
    several = int(os.environ.get("MS_WORKER_NUM") or os.environ.get("RANK_SIZE") or 1) > 1
    if several and not communication.GlobalComm.INITED:
        communication.init()
    PROCESSES["initialized"] = True


def destroy_process_group(group=None):
    """torch's ``destroy_process_group``: after it, ``is_initialized`` says no again. The connection is released when the
    process ends: ``communication.release()`` stopped the others, with what they had printed (MindSpore 2.10.0, CPU)."""
    PROCESSES["initialized"] = False


def is_process_group_initialized():
    """torch's ``is_initialized``."""
    return PROCESSES["initialized"]


def get_rank(group=None):
    """torch's ``get_rank``: 0 where the program runs alone."""
    return collective.get_rank(group) if among_several() else 0


def get_world_size(group=None):
    """torch's ``get_world_size``: 1 where the program runs alone."""
    return collective.get_world_size(group) if among_several() else 1


def barrier(*arguments, **options):
    """torch's ``barrier``: waits for all processes."""
    if among_several():
        collective.barrier()


class ReduceOp:
    """torch's ``ReduceOp`` by MindSpore's names; ``AVG`` is the sum divided by the number of processes."""

    SUM = "sum"
    MAX = "max"
    MIN = "min"
    PRODUCT = "prod"
    AVG = "avg"


def all_reduce(tensor, op="sum", group=None, async_op=False):
    """torch's ``all_reduce``: every process's tensor becomes the reduction of all of them, in place."""
    if among_several():
        total = reduced_over_processes(tensor, op, group)
        tensor.assign_value(total)
    return finished(async_op)


def reduce_to(tensor, dst=0, op="sum", group=None, async_op=False):
    """torch's ``reduce``: the tensor of process ``dst`` becomes the reduction of all of them, in place."""
    if among_several():
        total = reduced_over_processes(tensor, op, group)
        if get_rank(group) == dst:
            tensor.assign_value(total)
    return finished(async_op)


def reduce_scatter(output, input_list, op="sum", group=None, async_op=False):
    """torch's ``reduce_scatter``: process i gets the reduction of all processes' i-th tensors."""
    for rank, tensor in enumerate(input_list):
        total = reduced_over_processes(tensor, op, group) if among_several() else tensor
        if rank == get_rank(group):
            output.assign_value(total)
    return finished(async_op)


def reduced_over_processes(tensor, op="sum", group=None):
    """The reduction of all processes' tensors."""
    chosen = ops.AllReduce("sum" if op == "avg" else op, group or communication.GlobalComm.WORLD_COMM_GROUP)
    total = chosen(tensor)
    return total / get_world_size(group) if op == "avg" else total


def broadcast(tensor, src=0, group=None, async_op=False):
    """torch's ``broadcast``: every process's tensor becomes that of process ``src``, in place."""
    if among_several():
        own = tensor if get_rank(group) == src else ops.zeros_like(tensor)
        tensor.assign_value(reduced_over_processes(own, "sum", group))
    return finished(async_op)


def scatter_from(tensor, scatter_list=None, src=0, group=None, async_op=False):
    """torch's ``scatter``: process i gets the i-th tensor of process ``src``'s list, in place."""
    for rank in range(get_world_size(group)):
        own = scatter_list[rank] if get_rank(group) == src else ops.zeros_like(tensor)
        total = reduced_over_processes(own, "sum", group) if among_several() else own
        if rank == get_rank(group):
            tensor.assign_value(total)
    return finished(async_op)


def all_gather(tensor_list, tensor, group=None, async_op=False):
    """torch's ``all_gather``: ``tensor_list`` is filled with the tensors of all processes, by rank."""
    if not among_several():
        tensor_list[0] = tensor.copy()
        return finished(async_op)
    gathered = ops.AllGather(group or communication.GlobalComm.WORLD_COMM_GROUP)(tensor.reshape((1, *tensor.shape)))
    for rank in range(len(tensor_list)):
        tensor_list[rank] = gathered[rank]
    return finished(async_op)


def gather_to(tensor, gather_list=None, dst=0, group=None, async_op=False):
    """torch's ``gather``: process ``dst`` fills its list with the tensors of all processes, by rank."""
    seen = [None] * get_world_size(group)
    all_gather(seen, tensor, group)
    if get_rank(group) == dst:
        gather_list[:] = seen
    return finished(async_op)


def all_gather_into(output_tensor, input_tensor, group=None, async_op=False):
    """torch's ``all_gather_into_tensor``: the tensors of all processes, one after another, in one tensor, in place."""
    seen = [None] * get_world_size(group)
    all_gather(seen, input_tensor, group)
    output_tensor.assign_value(ops.concat([part.reshape((-1,)) for part in seen]).reshape(output_tensor.shape))
    return finished(async_op)


def all_gather_object(object_list, obj, group=None):
    """torch's ``all_gather_object``: ``object_list`` is filled with the objects of all processes, by rank."""
    if among_several():
        collective.all_gather_object(object_list, obj, group)
    else:
        object_list[0] = obj


def broadcast_object_list(object_list, src=0, group=None, device=None):
    """torch's ``broadcast_object_list``: the objects of process ``src`` for all."""
    if among_several():
        collective.broadcast_object_list(object_list, src, group)


def DistributedDataParallel(module, *arguments, **options):
    """torch's ``DistributedDataParallel``: all processes start from the first one's parameters, and each gradient is
    the mean over the processes. The module itself comes back, with nothing around it."""
    if among_several():
        for parameter in same_on_all_processes(module).trainable_params():
            parameter.register_hook(mean_over_processes)
    return module


def same_on_all_processes(module):
    """What torch's ``DistributedDataParallel`` begins with: all processes start from the first one's parameters."""
    if among_several():
        for parameter in module.get_parameters():
            broadcast(parameter)
    return module


def mean_over_processes(gradient):
    """One parameter's gradient, averaged over all processes."""
    return reduced_over_processes(gradient, "avg")


def average_gradients(gradients):
    """The gradients averaged over all processes, as under torch's ``DistributedDataParallel``."""
    return tuple(mean_over_processes(gradient) for gradient in gradients) if among_several() else gradients


def average_kept_gradients(parameters):
    """Averages the gradients kept in the parameters over all processes, as torch's ``DistributedDataParallel`` does in
    each ``backward()``. What was averaged before stays what it is."""
    for parameter in parameters if among_several() else ():
        gradient = getattr(parameter, "grad", None)
        if gradient is not None:
            parameter.grad = mean_over_processes(gradient)


def convert_sync_batchnorm(module, process_group=None):
    """torch's ``SyncBatchNorm.convert_sync_batchnorm``; alone, a batch's statistics are those of the layer itself.

    Raises NotImplementedError among several processes: put ``mindspore.nn.SyncBatchNorm`` into the model instead."""
    if among_several():
        raise NotImplementedError("put mindspore.nn.SyncBatchNorm into the model in place of its BatchNorm layers")
    return module


def spawn(fn, args=(), nprocs=1, join=True, daemon=False, start_method="spawn"):
    """torch.multiprocessing's ``spawn``. MindSpore's processes are started from outside, so the function runs once in
    each: start the program with ``msrun --worker_num=N --local_worker_num=N``."""
    fn(int(os.environ.get("RANK_ID") or 0), *args)


class DistributedSampler:
    """torch's ``DistributedSampler``: each process sees its own part of the indices, padded to equal length.

    The order of an epoch depends on ``seed`` and ``set_epoch`` alone; the numbers are NumPy's and not torch's."""

    def __init__(self, dataset, num_replicas=None, rank=None, shuffle=True, seed=0, drop_last=False):
        self.dataset = dataset
        self.num_replicas = get_world_size() if num_replicas is None else num_replicas
        self.rank = get_rank() if rank is None else rank
        self.shuffle = shuffle
        self.seed = seed
        self.drop_last = drop_last
        self.epoch = 0
        count = len(dataset)
        uneven = drop_last and count % self.num_replicas
        self.num_samples = count // self.num_replicas if uneven else math.ceil(count / self.num_replicas)
        self.total_size = self.num_samples * self.num_replicas

    def set_epoch(self, epoch):
        self.epoch = epoch

    def __iter__(self):
        indices = list(range(len(self.dataset)))
        if self.shuffle:
            indices = np.random.RandomState((self.seed + self.epoch) % 2**32).permutation(indices).tolist()
        if not self.drop_last:
            missing = self.total_size - len(indices)
            indices += (indices * math.ceil(missing / len(indices)))[:missing]
        return iter(indices[: self.total_size][self.rank :: self.num_replicas])

    def __len__(self):
        return self.num_samples


def data_parallel(module, inputs, device_ids=None, output_device=None, dim=0, module_kwargs=None):
    """torch's ``data_parallel``: a process has one device here, so the whole batch goes through the module at once."""
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    return module(*given, **(module_kwargs or {}))
