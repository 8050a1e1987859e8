import numpy as np
import scipy.sparse as sp
import torch


def row_normalise(matrix):
    """Every row of the sparse matrix sums to one (or stays empty)."""
    sums = np.asarray(matrix.sum(1)).flatten()
    with np.errstate(divide='ignore'):
        inverse = 1.0 / sums
    inverse[np.isinf(inverse)] = 0.
    return sp.diags(inverse).dot(matrix)


def hits(output, labels):
    guesses = output.max(1)[1].type_as(labels)
    return guesses.eq(labels).double().sum() / len(labels)


def papers(n=600, fields=4, seed=0):
    """Papers that mostly cite papers of their own field, with noisy keywords."""
    rng = np.random.RandomState(seed)
    field = rng.randint(0, fields, n)
    same = field[:, None] == field[None, :]
    cites = np.triu(rng.rand(n, n) < np.where(same, 0.04, 0.004), 1)
    adj = sp.csr_matrix(cites.astype(np.float32))
    adj = adj + adj.T + sp.eye(n)

    keywords = np.concatenate([np.eye(fields)[field] * 2 + rng.rand(n, fields), rng.rand(n, 12)], axis=1)
    x = torch.FloatTensor(keywords)
    adj = torch.FloatTensor(np.array(row_normalise(adj).todense()))
    y = torch.LongTensor(field)
    parts = [torch.LongTensor(range(*bounds)) for bounds in ((0, 100), (100, 350), (350, n))]
    return adj, x, y, parts
