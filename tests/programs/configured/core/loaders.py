import numpy as np
import torch
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, Dataset
from torch.utils.data.dataloader import default_collate
from torch.utils.data.sampler import SubsetRandomSampler
from torchvision import transforms


class Patches(Dataset):
    def __init__(self, limit=600, augment=True):
        x, y = load_digits(return_X_y=True)
        self.images = x[:limit].reshape(-1, 8, 8).astype(np.float32) / 16.
        self.labels = y[:limit]
        steps = [transforms.ToTensor(), transforms.Normalize((0.3,), (0.38,))]
        if augment:
            steps.append(transforms.RandomErasing(p=0.25, scale=(0.02, 0.1)))
        self.transform = transforms.Compose(steps)

    def __len__(self):
        return self.images.shape[0]

    def __getitem__(self, i):
        return self.transform(self.images[i]), self.labels[i]


class HoldoutLoader(DataLoader):
    """A loader that keeps part of its data back for validation"""

    def __init__(self, dataset, batch_size, holdout=0.2, workers=0, seed=0, collate_fn=default_collate):
        order = np.random.RandomState(seed).permutation(len(dataset))
        cut = int(len(dataset) * holdout)
        self.n_train = len(dataset) - cut
        self._valid = SubsetRandomSampler(order[:cut].tolist())
        self._options = dict(dataset=dataset, batch_size=batch_size, num_workers=workers, collate_fn=collate_fn)
        super().__init__(sampler=SubsetRandomSampler(order[cut:].tolist()), **self._options)

    def validation(self):
        return DataLoader(sampler=self._valid, **self._options)
