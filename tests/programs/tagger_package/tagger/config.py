import json
import os
from dataclasses import dataclass, field, asdict
from typing import List, Optional


@dataclass
class Config:
    train_file: str = "sentences/train.txt"
    dev_file: str = "sentences/dev.txt"
    save_dir: str = "kept"
    embedding_dim: int = 24
    char_dim: int = 8
    hidden_dim: int = 32
    dropout: float = 0.2
    batch_size: int = 12
    epochs: int = 4
    lr: float = 0.015
    lr_decay: float = 0.05
    momentum: float = 0.9
    l2: float = 1e-8
    patience: int = 3
    device: str = "cuda"
    seed: int = 42
    special: List[str] = field(default_factory=lambda: ["<pad>", "<unk>"])
    note: Optional[str] = None

    @classmethod
    def from_json(cls, path):
        with open(path) as f:
            return cls(**json.load(f))

    def save(self):
        os.makedirs(self.save_dir, exist_ok=True)
        with open(os.path.join(self.save_dir, "config.json"), "w") as f:
            json.dump(asdict(self), f, indent=2)
