"""What translated programs that record gradients leave behind in a process."""

from mindspore.common.api import _pynative_executor


def stop_recording() -> None:
    """Takes back what the support function ``record_gradients`` does, so that a test begins as a program does."""
    if hasattr(_pynative_executor, "differentiate"):
        _pynative_executor.grad = _pynative_executor.differentiate
        del _pynative_executor.differentiate
    _pynative_executor.set_grad_flag(False)
