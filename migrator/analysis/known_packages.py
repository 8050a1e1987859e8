"""The third-party packages that MindFerry knows, and what becomes of them."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("packages.toml")

REUSABLE = {
    "numpy": "arrays on the CPU side",
    "scipy": "arrays on the CPU side",
    "sklearn": "arrays on the CPU side",
    "pandas": "tables on the CPU side",
    "cv2": "images as NumPy arrays",
    "PIL": "images on the CPU side",
    "skimage": "images as NumPy arrays",
    "imageio": "images as NumPy arrays",
    "albumentations": "augmentation of NumPy arrays; its ToTensorV2 gives way to a transpose",
    "librosa": "audio as NumPy arrays",
    "soundfile": "audio as NumPy arrays",
    "h5py": "arrays in files",
    "lmdb": "records in files",
    "matplotlib": "plots of NumPy arrays",
    "seaborn": "plots",
    "plotly": "plots",
    "tqdm": "progress bars around any iterator",
    "yaml": "configuration",
    "omegaconf": "configuration",
    "hydra": "configuration",
    "tokenizers": "text to integers",
    "sentencepiece": "text to integers",
    "nltk": "text",
    "spacy": "text",
    "jieba": "text",
    "gym": "environments with NumPy arrays",
    "gymnasium": "environments with NumPy arrays",
    "networkx": "graphs on the CPU side",
    "tensorboardX": "logs plain numbers",
    "tensorboard": "logs plain numbers",
    "wandb": "logs plain numbers",
    "mlflow": "logs plain numbers",
    "visdom": "plots plain numbers",
}


@lru_cache(maxsize=1)
def known() -> dict[str, tuple[str, str]]:
    """Package name → (use, detail)."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    rows = {name: ("reusable", detail) for name, detail in REUSABLE.items()}
    rows.update({name: (row["use"], row["detail"]) for name, row in table.items()})
    return rows
