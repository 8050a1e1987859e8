"""Handwritten digits with a small CNN."""

from .dataset import DigitsDataset, build_loaders
from .model import DigitNet

__all__ = ["DigitNet", "DigitsDataset", "build_loaders"]
