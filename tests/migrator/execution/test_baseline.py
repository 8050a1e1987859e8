"""What is recorded of a PyTorch program, and how the ways in which it may end are told."""

import json
import textwrap
import time

import pytest

from migrator.events import Cancelled
from migrator.execution.inside.tape import TapeReader, decode
from migrator.execution.runs import read_lines

LOOP = """
import torch
from torch import nn
net = nn.Linear(4, 1)
opt = torch.optim.SGD(net.parameters(), 0.1)
for step in range({steps}):
    loss = net(torch.ones(2, 4)).pow(2).mean()
    {crash}
    opt.zero_grad()
    loss.backward()
    opt.step()
print("done")
"""


def test_a_crash_is_told_by_the_users_own_line(road):
    road.put(
        "source", {"train.py": LOOP.format(steps=10, crash="if step == 3: raise RuntimeError('the disk is full')")}
    )

    run = road.baseline()

    assert run.exit_code == 1
    assert run.steps == 3
    assert (run.traceback.path, run.traceback.line, run.traceback.type) == ("train.py", 8, "RuntimeError")
    assert "the disk is full" in run.traceback.text
    assert "mindferry" not in run.traceback.text
    assert "launch.py" not in run.traceback.text
    assert run.how_it_ended == "It stopped with RuntimeError at train.py:8: the disk is full"


def test_a_crash_inside_a_library_is_told_by_the_line_that_called_it(road):
    road.put(
        "source",
        {
            "train.py": "import model\nmodel.make()\n",
            "model.py": "import torch\ndef make():\n    return torch.ones(2) @ torch.ones(3)\n",
        },
    )

    trace = road.baseline().traceback

    assert (trace.path, trace.line) == ("model.py", 3)


def test_a_syntax_error_is_told_by_its_own_line(road):
    road.put("source", {"train.py": "import helper\n", "helper.py": "x = 1\nif x:\nprint(x)\n"})

    trace = road.baseline().traceback

    assert (trace.path, trace.line, trace.type) == ("helper.py", 3, "IndentationError")


def test_a_program_that_never_ends_is_stopped_at_its_limit(road):
    road.put(
        "source",
        {
            "train.py": "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(0.1)\n"
        },
    )

    run = road.baseline(seconds=4)

    assert run.stopped_by == "time limit"
    assert run.how_it_ended == "It was stopped: it reached its time limit."
    assert run.seconds < 8


def test_what_was_recorded_before_the_limit_is_kept(road):
    road.put("source", {"train.py": LOOP.format(steps=10**9, crash="import time; time.sleep(0.01)")})

    run = road.baseline(seconds=6)

    assert run.stopped_by == "time limit"
    assert run.steps > 10
    assert (road.work / "baseline" / "losses.jsonl").read_text().count("\n") == run.steps


def test_exit_codes_and_messages_are_the_programs_own(road):
    road.put("source", {"train.py": "import sys\nsys.exit('no data here')\n"})
    run = road.baseline()
    assert (run.exit_code, run.traceback) == (1, None)
    assert run.how_it_ended == "It ended with exit code 1: no data here."

    road.put(
        "source",
        {
            "train.py": "import argparse\np = argparse.ArgumentParser()\np.add_argument('--epochs', type=int)\np.parse_args()\n"
        },
    )
    run = road.baseline(args="--epochs many")
    assert run.exit_code == 2
    assert (
        run.how_it_ended == "It ended with exit code 2: train.py: error: argument --epochs: invalid int value: 'many'."
    )


def test_a_cancelled_run_raises_and_leaves_no_process(road):
    road.put("source", {"train.py": "import time\ntime.sleep(60)\n"})
    started = time.monotonic()

    with pytest.raises(Cancelled):
        road.baseline(should_stop=lambda: time.monotonic() - started > 1)

    assert time.monotonic() - started < 6


def test_losses_and_output_are_told_while_it_runs(road):
    road.put("source", {"train.py": LOOP.format(steps=40, crash="print('step', step); import time; time.sleep(0.03)")})

    run = road.baseline()

    points = [event for event in road.events if event.kind == "point"]
    assert len(points) >= 2
    told = [point for event in points for point in event.data["points"]]
    assert [point["step"] for point in told] == list(range(run.steps))
    assert [event.message for event in road.events if event.kind == "log"][-1] == "done"
    assert json.dumps([event.to_json() for event in road.events])


def test_batches_of_any_nesting_come_back_as_they_were(road):
    program = """
        import collections, numpy as np, torch
        from torch.utils.data import DataLoader, Dataset
        Point = collections.namedtuple("Point", "x y")
        class Data(Dataset):
            def __len__(self): return 4
            def __getitem__(self, i): return i
        def collate(items):
            return {
                "tensor": torch.tensor(items).to(torch.bfloat16), "bool": torch.tensor(items) > 1, "texts": ["a", "ä"],
                "point": Point(1, torch.ones(2, dtype=torch.float16)), "array": np.arange(3.0), "none": None,
                ("a", 1): (1.5, b"raw", [True, {"deep": torch.zeros(0, 3)}]), "strings": np.array(["x", "yz"]),
                "strided": torch.arange(6).view(2, 3).t(), "complex": torch.tensor([1 + 2j]).conj(),
            }
        for batch in DataLoader(Data(), batch_size=2, collate_fn=collate): pass
    """
    road.put("source", {"train.py": textwrap.dedent(program)})
    assert road.baseline().ended_well
    record = road.work / "baseline" / "record"
    tape = TapeReader(record)
    lines = [line for line in read_lines(record, "batches") if "batch" in line]

    batch = decode(lines[1]["batch"], tape, lambda array, dtype: (dtype, array.tolist()))

    assert len(lines) == 2
    assert batch["tensor"] == ("bfloat16", [2.0, 3.0])
    assert batch["bool"] == ("bool", [True, True])
    assert batch["texts"] == ["a", "ä"]
    assert batch["point"]._asdict() == {"x": 1, "y": ("float16", [1.0, 1.0])}
    assert batch["array"].tolist() == [0.0, 1.0, 2.0]
    assert batch["none"] is None
    assert batch[("a", 1)][:2] == (1.5, b"raw")
    assert batch[("a", 1)][2] == [True, {"deep": ("float32", [])}]
    assert batch["strings"].tolist() == ["x", "yz"]
    assert batch["strided"] == ("int64", [[0, 3], [1, 4], [2, 5]])
    assert batch["complex"] == ("complex64", [1 - 2j])


def test_draws_below_python_are_recorded_and_initial_weights_are_not(road):
    program = """
        import torch, torch.nn.functional as F
        from torch import nn
        from torch.utils.data import DataLoader, TensorDataset
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.lstm = nn.LSTM(3, 4, 2, dropout=0.5)
                self.w = nn.Parameter(torch.randn(7))
                self.fixed = torch.rand(9)
        net = Net()
        nn.init.normal_(net.w)
        net.w.data.uniform_(-1, 1)
        for _ in DataLoader(TensorDataset(torch.zeros(4, 1)), shuffle=True): pass
        net.lstm(torch.ones(5, 2, 3))
        q = torch.ones(1, 2, 3, 4)
        F.scaled_dot_product_attention(q, q, q, dropout_p=0.1)
        torch.normal(3.0, 2.0, (6,))
        torch.empty(5).exponential_(4.0)
    """
    road.put("source", {"train.py": textwrap.dedent(program)})
    assert road.baseline().ended_well
    record = road.work / "baseline" / "record"

    draws = [(d["kind"], d["context"], tuple(d["values"]["shape"])) for d in read_lines(record, "draws")]

    assert draws == [
        ("normal", "init", (7,)),
        ("uniform", "init", (9,)),
        ("bernoulli", "", (5, 2, 4)),
        ("bernoulli", "", (1, 2, 3, 3)),
        ("normal", "", (6,)),
        ("exponential", "", (5,)),
    ]


def test_files_that_the_program_wrote_or_changed_are_kept(road):
    road.put(
        "source",
        {
            "train.py": "import os\nos.makedirs('out')\nopen('out/a.pth', 'w').write('x')\nopen('notes.py', 'a').write('# more')\n",
            "notes.py": "# notes\n",
            "data/same.py": "x = 1\n",
        },
    )

    road.baseline()

    files = road.work / "baseline" / "files"
    assert sorted(p.relative_to(files).as_posix() for p in files.rglob("*") if p.is_file()) == ["notes.py", "out/a.pth"]
    assert (road.work / "source" / "notes.py").read_text() == "# notes\n"


def test_a_program_that_falsifies_its_record_is_read_as_data(road):
    program = """
        import os, pathlib
        record = pathlib.Path("/mindferry/record")
        (record / "losses.jsonl").write_text('{"step": 0, "loss": 1.0, "seconds": 0.1}\\nnot json\\n')
        (record / "arrays.bin").unlink(missing_ok=True)
        os.symlink("/etc/hostname", record / "arrays.bin")
        os.mkfifo(record / "weights.jsonl")
        (record / "printed.jsonl").mkdir()
    """
    road.put("source", {"train.py": textwrap.dedent(program)})

    run = road.baseline()

    assert run.steps == 1
    left = {path.name for path in (road.work / "baseline" / "record").iterdir()}
    assert not left & {"arrays.bin", "weights.jsonl", "printed.jsonl"}


def test_recording_stops_at_its_limit_and_losses_go_on(road):
    road.put("source", {"train.py": LOOP.format(steps=30, crash="torch.rand(3)")})

    run = road.baseline(steps=10)

    assert run.steps == 30
    assert run.summary["cut_at"] == 10
    assert len(read_lines(road.work / "baseline" / "record", "draws")) == 10


def test_a_crash_of_the_interpreter_is_told_by_its_signal(road):
    road.put("source", {"train.py": "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n"})

    run = road.baseline()

    assert not run.ended_well
    assert run.how_it_ended == "It was ended by SIGSEGV: the interpreter itself crashed or was killed."


def test_a_checkpointed_parts_second_draws_are_not_noted(road):
    train = """
        import torch
        from torch import nn
        from torch.utils.checkpoint import checkpoint
        net, drop = nn.Linear(4, 3), nn.Dropout(0.5)
        loss = checkpoint(lambda x: drop(net(x)), torch.ones(2, 4), use_reentrant=False).sum()
        loss.backward()
    """
    road.put("source", {"train.py": textwrap.dedent(train)})

    road.baseline()

    assert len(read_lines(road.work / "baseline" / "record", "draws")) == 1


def test_the_backwards_within_a_backward_are_no_losses_of_their_own(road):
    train = """
        import torch
        from torch import nn
        from torch.utils.checkpoint import checkpoint
        first, second = nn.Linear(4, 3), nn.Linear(3, 2)
        loss = checkpoint(second, first(torch.ones(2, 4)), use_reentrant=True).sum()
        loss.backward()
    """
    road.put("source", {"train.py": textwrap.dedent(train)})

    assert road.baseline().steps == 1
    assert len(read_lines(road.work / "baseline" / "record", "gradients")) == 4


def test_a_model_that_is_traced_is_not_run_for_a_translation(road):
    train = """
        import torch
        from torch import nn
        net = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5), nn.BatchNorm1d(3))
        torch.jit.trace(net, torch.ones(2, 4), check_trace=False)
        net(torch.rand(2, 4)).sum().backward()
    """
    road.put("source", {"train.py": textwrap.dedent(train)})

    assert road.baseline().ended_well

    record = road.work / "baseline" / "record"
    assert [draw["kind"] for draw in read_lines(record, "draws")] == ["uniform", "bernoulli"]
    assert {line["call"] for line in read_lines(record, "outputs")} == {0}


def test_what_two_models_share_is_recorded_by_its_name_in_the_first(road):
    train = """
        import torch
        from torch import nn
        class Around(nn.Module):
            def __init__(self, model):
                super().__init__()
                self.model = model
            def forward(self, x):
                return self.model(x)
        net = nn.Linear(2, 1)
        trainer, sampler = Around(net), Around(net)
        trainer(torch.ones(1, 2)).sum().backward()
        sampler(torch.ones(1, 2))
    """
    road.put("source", {"train.py": textwrap.dedent(train)})
    road.baseline()
    gradients = list(read_lines(road.work / "baseline" / "record", "gradients"))
    assert sorted((line["root"], line["name"]) for line in gradients) == [(0, "model.bias"), (0, "model.weight")]
