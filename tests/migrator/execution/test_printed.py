"""Numbers in printed lines, and the words that name them."""

import pytest

from migrator.execution.printed import metrics_of, numbers_of


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("epoch 3 train loss 0.41 test accuracy 0.975", [("epoch", "counter", 3), ("train loss", "loss", 0.41), ("test accuracy", "accuracy", 0.975)]),
        ("Test set: Average loss: 0.0312, Accuracy: 9840/10000 (98%)", [("Test set Average loss", "loss", 0.0312), ("Accuracy", "counter", 9840), ("Accuracy", "counter", 10000), ("Accuracy", "accuracy", 0.984)]),
        ("acc=97.5", [("acc", "accuracy", 0.975)]),
        ("val_acc: 1.0", [("val_acc", "accuracy", 1.0)]),
        ("best test accuracy 0.9833 (12.3 s)", [("best test accuracy", "accuracy", 0.9833), ("best test accuracy", "time", 12.3)]),
        ("| epoch   1 |   200/ 2983 batches | lr 20.00 | ms/batch 15.05 | loss  7.63 | ppl  2052.40", [("epoch", "counter", 1), ("epoch", "counter", 200), ("epoch", "counter", 2983), ("lr", "other", 20.0), ("ms batch", "time", 15.05), ("loss", "loss", 7.63), ("ppl", "loss", 2052.4)]),
        ("loss nan", [("loss", "loss", "nan")]),
        ("Loss: 1.5e-05", [("Loss", "loss", 1.5e-05)]),
        ("took 3.2 seconds", [("took", "time", 3.2)]),
        ("resnet18 conv2d v1.2.3", []),
    ],
)  # fmt: skip
def test_each_number_has_its_name_and_kind(line, expected):
    found = [(number.name, number.kind, number.value) for number in numbers_of(line, 0)]
    shown = [(name, kind, "nan" if value != value else value) for name, kind, value in found]
    if expected or not shown:
        assert [(n, k, pytest.approx(v) if not isinstance(v, str) else v) for n, k, v in expected] == shown
    else:
        assert all(kind in ("other", "counter") for _, kind, _ in shown)


def test_lines_with_other_numbers_are_one_metric():
    lines = [{"text": f"epoch {i} loss {1 / (i + 1):.3f}", "step": 10 * i, "stream": "out"} for i in range(3)]

    epoch, loss = metrics_of(lines)

    assert epoch.values == (0, 1, 2)
    assert (loss.name, loss.values, loss.steps) == ("loss", (1.0, 0.5, 0.333), (0, 10, 20))


def test_of_standard_error_only_what_logging_would_say_counts():
    lines = [
        {"text": "INFO:root:epoch 1 val accuracy 0.9", "step": 1, "stream": "err"},
        {"text": "/usr/lib/x.py:96: FutureWarning: the loss 3 is deprecated", "step": 1, "stream": "err"},
        {"text": "  File 'train.py', line 4, in loss", "step": 1, "stream": "err"},
    ]
    assert [metric.name for metric in metrics_of(lines)] == ["val accuracy"]
