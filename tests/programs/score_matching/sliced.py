import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.datasets import load_digits


def sliced_score_matching(energy_net, samples, n_particles=1):
    dup_samples = samples.unsqueeze(0).expand(n_particles, *samples.shape).contiguous().view(-1, *samples.shape[1:])
    dup_samples.requires_grad_(True)
    vectors = torch.randn_like(dup_samples)
    vectors = vectors / torch.norm(vectors, dim=-1, keepdim=True)

    logp = -energy_net(dup_samples).sum()
    grad1 = torch.autograd.grad(logp, dup_samples, create_graph=True)[0]
    gradv = torch.sum(grad1 * vectors)
    loss1 = torch.sum(grad1 * vectors, dim=-1) ** 2 * 0.5
    grad2 = torch.autograd.grad(gradv, dup_samples, create_graph=True)[0]
    loss2 = torch.sum(vectors * grad2, dim=-1)

    loss1 = loss1.view(n_particles, -1).mean(dim=0)
    loss2 = loss2.view(n_particles, -1).mean(dim=0)

    loss = loss1 + loss2
    return loss.mean(), loss1.mean(), loss2.mean()


torch.manual_seed(0)
points = torch.from_numpy(load_digits().data[:200, 20:28]).float() / 16
energy = nn.Sequential(nn.Linear(8, 32), nn.Softplus(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
optimizer = optim.Adam(energy.parameters(), lr=0.001)
for epoch in range(3):
    for batch in torch.split(points, 50):
        loss, l1, l2 = sliced_score_matching(energy, batch, n_particles=2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print('energy epoch %d loss %.5f (%.5f, %.5f)' % (epoch, loss.item(), l1.item(), l2.item()))
