from dataclasses import dataclass

from core.trainer import Trainer
from core.data import make_loaders
from core.model import MLP
from core.callbacks import EarlyStopping, History


@dataclass
class Settings:
    hidden: tuple = (64, 32)
    lr: float = 3e-3
    weight_decay: float = 1e-4
    max_epochs: int = 8
    batch_size: int = 64
    patience: int = 3
    seed: int = 21


if __name__ == "__main__":
    settings = Settings()
    train, valid, test, n_features, n_classes = make_loaders(settings.batch_size, settings.seed)
    model = MLP(n_features, n_classes, settings.hidden)
    history = History()
    trainer = Trainer(model, settings, callbacks=[history, EarlyStopping(settings.patience)])
    trainer.fit(train, valid)
    loss, acc = trainer.evaluate(test)
    print(f"test loss {loss:.4f} accuracy {acc:.4f} after {len(history.rows)} epochs")
