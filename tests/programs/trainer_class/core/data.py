import numpy as np
import torch
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler
from torch.utils.data import DataLoader, Dataset, Subset


class WineDataset(Dataset):
    def __init__(self, copies=4, noise=0.3, seed=0):
        wine = load_wine()
        features = StandardScaler().fit_transform(wine.data)
        rng = np.random.default_rng(seed)
        # the set is small: every bottle appears several times with a little noise
        features = np.concatenate([features + noise * rng.standard_normal(features.shape) for _ in range(copies)])
        self.features = torch.tensor(features, dtype=torch.float32)
        self.targets = torch.tensor(np.tile(wine.target, copies), dtype=torch.int64)

    def __len__(self):
        return self.features.shape[0]

    def __getitem__(self, item):
        return self.features[item], self.targets[item]


def make_loaders(batch_size, seed):
    dataset = WineDataset(seed=seed)
    order = np.random.RandomState(seed).permutation(len(dataset))
    cuts = int(0.7 * len(order)), int(0.85 * len(order))
    train, valid, test = (Subset(dataset, part.tolist()) for part in np.split(order, cuts))
    generator = torch.Generator()
    generator.manual_seed(seed)
    return (
        DataLoader(train, batch_size=batch_size, shuffle=True, generator=generator, drop_last=True),
        DataLoader(valid, batch_size=256),
        DataLoader(test, batch_size=256),
        dataset.features.shape[1],
        int(dataset.targets.max()) + 1,
    )
