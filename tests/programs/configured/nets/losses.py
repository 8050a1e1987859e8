import torch.nn.functional as F


def nll(output, target):
    return F.nll_loss(output, target)


def focal(output, target, gamma=2.0):
    logpt = output.gather(1, target.unsqueeze(1)).squeeze(1)
    return (-(1 - logpt.exp()) ** gamma * logpt).mean()
