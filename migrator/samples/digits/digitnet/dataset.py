import numpy as np
import torch
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, Dataset

from . import preprocess as pp


class DigitsDataset(Dataset):
    """The digits as (1, 12, 12) float images with their labels.

    ``augment`` shifts every image at random each time that it is asked for.
    """

    def __init__(self, images, labels, mean=None, std=None, augment=False):
        images = np.stack([pp.pad(pp.deskew(im)) for im in pp.scale(images)])
        self.images, self.mean, self.std = pp.standardise(images, mean, std)
        self.labels = labels.astype(np.int64)
        self.augment = augment

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        image = self.images[index]
        if self.augment:
            image = pp.random_shift(image)
        return torch.from_numpy(image.copy()).float().unsqueeze(0), int(self.labels[index])


def collate(batch):
    # list of (image, label) -> one image tensor and one label tensor
    images, labels = zip(*batch)
    return torch.stack(images, dim=0), torch.tensor(labels, dtype=torch.long)


def build_loaders(batch_size, test_fraction=0.2, split_seed=0, augment=True, num_workers=0):
    digits = load_digits()
    train_idx, test_idx = pp.stratified_split(digits.target, test_fraction, split_seed)

    train_set = DigitsDataset(digits.images[train_idx], digits.target[train_idx], augment=augment)
    test_set = DigitsDataset(
        digits.images[test_idx], digits.target[test_idx], mean=train_set.mean, std=train_set.std
    )

    train_loader = DataLoader(
        train_set,
        batch_size=batch_size,
        shuffle=True,
        num_workers=num_workers,
        collate_fn=collate,
        drop_last=False,
    )
    test_loader = DataLoader(test_set, batch_size=256, shuffle=False, num_workers=num_workers, collate_fn=collate)
    return train_loader, test_loader
