"""A program that amplifies rounding: in the logistic map a difference in the last bit doubles with every step.

``torch_map`` and ``mindspore_map`` write the same map in two ways that round differently.
"""

import textwrap

from migrator.parity.judge import Parity, judge
from migrator.road import load_run, run_stage


def torch_map(steps: int) -> str:
    return textwrap.dedent(f"""
        import torch
        from torch import nn
        class Map(nn.Module):
            def __init__(self):
                super().__init__()
                self.r = nn.Parameter(torch.tensor(3.9))
            def forward(self, x):
                return self.r * x * (1 - x)
        model, x = Map(), torch.tensor(0.4)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
        for step in range({steps}):
            loss = model(x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            x = loss.detach()
    """)


def mindspore_map(steps: int) -> str:
    return textwrap.dedent(f"""
        import mindspore as ms
        from mindspore import Parameter, Tensor, nn, ops
        from mindspore.experimental import optim
        class Map(nn.Cell):
            def __init__(self):
                super().__init__()
                self.r = Parameter(Tensor(3.9))
            def construct(self, x):
                return self.r * (x - x * x)
        model, x = Map(), Tensor(0.4)
        model.set_train()
        optimizer = optim.SGD(model.trainable_params(), lr=0.0)
        for step in range({steps}):
            def forward_fn():
                return model(x)
            loss, grads = ms.value_and_grad(forward_fn, None, optimizer.parameters)()
            optimizer(grads)
            x = ops.stop_gradient(loss)
    """)


def parity_of(road, original: str, translated: str) -> Parity:
    """Both programs run as the road's stages run them, control runs included."""
    road.work.mkdir(parents=True, exist_ok=True)
    (road.work / "settings.json").write_text('{"entry": "train.py"}')
    for stage, folder, text in (("baseline", "source", original), ("replay", "translated", translated)):
        road.put(folder, {"train.py": text})
        assert run_stage(stage, road.work, road.events.append).ok
    return judge(road.work, load_run(road.work / "baseline"), load_run(road.work / "replay"), None)
