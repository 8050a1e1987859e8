import pytest

from migrator.translation import translate_source

HEAD = "import torch\n\ndef f(batch, a, b, device: torch.device):\n"


def body(statement):
    source = f"{HEAD}    x = torch.ones(2)\n    {statement}\n    return batch, a, b, x\n"
    return translate_source(source, target="cpu").code.split("x = ops.ones(2)\n")[1]


@pytest.mark.parametrize(
    "statement",
    [
        "batch = [t.to(device) for t in batch]",
        "batch = tuple(t.to(device, non_blocking=True) for t in batch)",
        "batch = tuple(map(lambda t: t.cuda(), batch))",
        "batch = {k: v.to(device) for k, v in batch.items()}",
        "batch = {k: v.to(device) if isinstance(v, torch.Tensor) else v for k, v in batch.items()}",
        "a, b = [t.to(device) for t in (a, b)]",
        "a, b = torch.autograd.Variable(a.to(device)), torch.autograd.Variable(b)",
        "a = torch.autograd.Variable(a, requires_grad=False)",
        "a, b = torch.autograd.Variable(a.cuda(), volatile=True), torch.autograd.Variable(b)",
        "batch.to(device), x.to(device)",
        "if a:\n        batch = torch.nn.DataParallel(batch, device_ids=[0, 1])",
        "if device:\n        batch = batch.cuda()\n        a = a.cuda(non_blocking=True)",
    ],
)
def test_statements_that_only_move_items_go(statement):
    assert body(statement) == "    return batch, a, b, x\n"


@pytest.mark.parametrize("items", ["[t.to(device) for t in batch]", "map(lambda t: t.cuda(), batch)"])
def test_what_is_unpacked_is_the_batch_itself(items):
    assert body(f"a, b = {items}") == "    a, b = batch\n    return batch, a, b, x\n"


@pytest.mark.parametrize(
    "statement",
    [
        "batch = [t.move(device) for t in batch]",
        "batch = [t for t in batch if len(t)]",
        "batch = {v: k for k, v in batch.items()}",
        "a, b = [f(t) for t in batch]",
        "a, b = b, a",
        "a = a",
    ],
)
def test_comprehensions_that_do_more_stay(statement):
    assert body(statement) == f"    {statement}\n    return batch, a, b, x\n"
