import torch
from torch.autograd import Function


def squared_distances(x, codes):
    """(N, D), (K, D) -> (N, K)"""
    return x.pow(2).sum(1, keepdim=True) - 2 * x @ codes.t() + codes.pow(2).sum(1)


class Snap(Function):
    """Moves every vector to its nearest code.  Going back, the gradient passes as if nothing had
    happened; the codes themselves collect the gradient of all vectors that chose them."""

    @staticmethod
    def forward(ctx, x, codes):
        chosen = squared_distances(x, codes).argmin(dim=1)
        ctx.save_for_backward(chosen)
        ctx.shape = codes.shape
        ctx.mark_non_differentiable(chosen)
        return codes[chosen], chosen

    @staticmethod
    def backward(ctx, grad, _):
        chosen, = ctx.saved_tensors
        grad_codes = None
        if ctx.needs_input_grad[1]:
            grad_codes = torch.zeros(ctx.shape, dtype=grad.dtype).index_add_(0, chosen, grad)
        return grad, grad_codes


snap = Snap.apply
