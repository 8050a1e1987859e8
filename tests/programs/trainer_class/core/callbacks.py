class Callback:
    def on_epoch_end(self, trainer, logs):
        pass


class History(Callback):
    def __init__(self):
        self.rows = []

    def on_epoch_end(self, trainer, logs):
        self.rows.append(dict(logs, epoch=trainer.epoch))


class EarlyStopping(Callback):
    def __init__(self, patience, min_delta=1e-4):
        self.patience = patience
        self.min_delta = min_delta
        self.best = float("inf")
        self.bad = 0

    def on_epoch_end(self, trainer, logs):
        if logs["valid_loss"] < self.best - self.min_delta:
            self.best, self.bad = logs["valid_loss"], 0
            trainer.remember()
        else:
            self.bad += 1
            if self.bad >= self.patience:
                trainer.stop = True
