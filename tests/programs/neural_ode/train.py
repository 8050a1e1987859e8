"""Neural ODE on a spiral with a hand-written adjoint; then a mixture of experts that learns two tasks in turn."""
import argparse
import copy
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.autograd import Variable

torch.manual_seed(0)
np.random.seed(0)


def odeint(func, y0, t):
    ys, y = [y0], y0
    for a, b in zip(t[:-1], t[1:]):
        h = b - a
        k1 = func(a, y)
        k2 = func(a + h / 2, y + h * k1 / 2)
        k3 = func(a + h / 2, y + h * k2 / 2)
        k4 = func(b, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        ys.append(y)
    return torch.stack(ys)


class ODEAdjoint(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z0, t, flat_parameters, func):
        with torch.no_grad():
            z = odeint(func, z0, t)
        ctx.func = func
        ctx.save_for_backward(t, z.clone(), flat_parameters)
        return z

    @staticmethod
    def backward(ctx, dLdz):
        func = ctx.func
        t, z, flat_parameters = ctx.saved_tensors
        time_len = t.size(0)
        n_params = flat_parameters.size(0)
        with torch.no_grad():
            adj_z = torch.zeros_like(dLdz[0])
            adj_p = torch.zeros(n_params)
            for i in range(time_len - 1, 0, -1):
                adj_z = adj_z + dLdz[i]
                h = t[i] - t[i - 1]
                with torch.enable_grad():
                    zi = z[i].detach().requires_grad_(True)
                    out = func(t[i], zi)
                    grads = torch.autograd.grad((out,), (zi,) + tuple(func.parameters()), grad_outputs=(adj_z,),
                                                allow_unused=True, retain_graph=True)
                flat = torch.cat([p.flatten() for p in grads[1:]])
                adj_p = adj_p + h * flat
                adj_z = adj_z + h * grads[0]
            adj_z = adj_z + dLdz[0]
        return adj_z, None, adj_p, None


class ODEFunc(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
        for m in self.net.modules():
            if isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, mean=0, std=0.1)
                nn.init.constant_(m.bias, val=0)

    def forward(self, t, y):
        return self.net(y**3)

    def flatten_parameters(self):
        return torch.cat([p.flatten() for p in self.parameters()])


class NeuralODE(nn.Module):
    def __init__(self, func):
        super().__init__()
        self.func = func

    def forward(self, z0, t):
        return ODEAdjoint.apply(z0, t, self.func.flatten_parameters(), self.func)


class SparseDispatcher(object):
    def __init__(self, num_experts, gates):
        self._gates = gates
        self._num_experts = num_experts
        sorted_experts, index_sorted_experts = torch.nonzero(gates).sort(0)
        _, self._expert_index = sorted_experts.split(1, dim=1)
        self._batch_index = torch.nonzero(gates)[index_sorted_experts[:, 1], 0]
        self._part_sizes = (gates > 0).sum(0).tolist()
        gates_exp = gates[self._batch_index.flatten()]
        self._nonzero_gates = torch.gather(gates_exp, 1, self._expert_index)

    def dispatch(self, inp):
        inp_exp = inp[self._batch_index].squeeze(1)
        return torch.split(inp_exp, self._part_sizes, dim=0)

    def combine(self, expert_out, multiply_by_gates=True):
        stitched = torch.cat(expert_out, 0)
        if multiply_by_gates:
            stitched = stitched.mul(self._nonzero_gates)
        zeros = torch.zeros(self._gates.size(0), expert_out[-1].size(1), requires_grad=True, device=stitched.device)
        return zeros.index_add(0, self._batch_index, stitched.float())


class MoE(nn.Module):
    def __init__(self, input_size, output_size, num_experts, k=2):
        super().__init__()
        self.num_experts, self.k = num_experts, k
        self.experts = nn.ModuleList([nn.Sequential(nn.Linear(input_size, 8), nn.ReLU(), nn.Linear(8, output_size))
                                      for _ in range(num_experts)])
        self.w_gate = nn.Parameter(torch.randn(input_size, num_experts) * 0.1, requires_grad=True)
        self.softmax = nn.Softmax(1)

    def cv_squared(self, x):
        eps = 1e-10
        if x.shape[0] == 1:
            return torch.tensor([0], device=x.device, dtype=x.dtype)
        return x.float().var() / (x.float().mean()**2 + eps)

    def forward(self, x):
        logits = x @ self.w_gate
        top_logits, top_indices = logits.topk(min(self.k + 1, self.num_experts), dim=1)
        top_k_logits = top_logits[:, :self.k]
        top_k_indices = top_indices[:, :self.k]
        top_k_gates = self.softmax(top_k_logits)
        zeros = torch.zeros_like(logits, requires_grad=True)
        gates = zeros.scatter(1, top_k_indices, top_k_gates)
        importance = gates.sum(0)
        loss = self.cv_squared(importance) * 1e-2
        dispatcher = SparseDispatcher(self.num_experts, gates)
        expert_inputs = dispatcher.dispatch(x)
        expert_outputs = [self.experts[i](expert_inputs[i]) for i in range(self.num_experts)]
        return dispatcher.combine(expert_outputs), loss


class EWC(object):
    def __init__(self, model, data):
        self.model = model
        self.data = data
        self.params = {n: p for n, p in self.model.named_parameters() if p.requires_grad}
        self._means = {}
        self._precision_matrices = self._diag_fisher()
        for n, p in copy.deepcopy(self.params).items():
            self._means[n] = Variable(p.data)

    def _diag_fisher(self):
        precision_matrices = {}
        for n, p in copy.deepcopy(self.params).items():
            p.data.zero_()
            precision_matrices[n] = Variable(p.data)

        self.model.eval()
        for x, y in self.data:
            self.model.zero_grad()
            output, _ = self.model(x)
            label = output.max(1)[1].view(-1)
            loss = F.nll_loss(F.log_softmax(output, dim=1), label)
            loss.backward()

            for n, p in self.model.named_parameters():
                precision_matrices[n].data += p.grad.data ** 2 / len(self.data)

        precision_matrices = {n: p for n, p in precision_matrices.items()}
        return precision_matrices

    def penalty(self, model):
        loss = 0
        for n, p in model.named_parameters():
            _loss = self._precision_matrices[n] * (p - self._means[n]) ** 2
            loss += _loss.sum()
        return loss


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--niters', type=int, default=8)
    args = parser.parse_args()
    true_A = torch.tensor([[-0.1, 2.0], [-2.0, -0.1]])
    t = torch.linspace(0., 2., 11)
    with torch.no_grad():
        true_y = odeint(lambda t, y: (y**3) @ true_A, torch.tensor([[2., 0.]]) * 0.5, t)
    node = NeuralODE(ODEFunc())
    optimizer = torch.optim.RMSprop(node.parameters(), lr=1e-2)
    for itr in range(1, args.niters + 1):
        optimizer.zero_grad()
        pred_y = node(true_y[0], t)
        loss = torch.mean(torch.abs(pred_y - true_y))
        loss.backward()
        optimizer.step()
        print('Iter {:04d} | Total Loss {:.6f}'.format(itr, loss.item()))

    x = torch.randn(64, 6)
    tasks = [[(b, (b[:, k] > 0).long() + (b[:, k + 1] > 0).long()) for b in x.split(16)] for k in (0, 2)]
    model, ewc = MoE(6, 3, 4), None
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    for task, data in enumerate(tasks):
        model.train()
        for epoch in range(2):
            epoch_loss = 0
            for xb, yb in data:
                opt.zero_grad()
                out, aux = model(xb)
                loss = F.cross_entropy(out, yb) + aux
                if ewc is not None:
                    loss = loss + 100. * ewc.penalty(model)
                epoch_loss += loss.item()
                loss.backward()
                opt.step()
            print('task %d epoch %d loss %.5f' % (task, epoch, epoch_loss / len(data)))
        ewc = EWC(model, data)


if __name__ == '__main__':
    main()
