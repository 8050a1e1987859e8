import torch


def accuracy(output, target):
    with torch.no_grad():
        pred = torch.argmax(output, dim=1)
        assert pred.shape[0] == len(target)
        hits = 0
        hits += torch.sum(pred == target).item()
    return hits / len(target)


def top3(output, target, k=3):
    with torch.no_grad():
        pred = torch.topk(output, k, dim=1)[1]
        hits = 0
        for i in range(k):
            hits += torch.sum(pred[:, i] == target).item()
    return hits / len(target)
