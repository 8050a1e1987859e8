"""The probe measures what the evidence says."""

import json
import pickle
import random
import subprocess
import sys

import pytest

from migrator.catalog import EVIDENCE, Catalog
from migrator.catalog.patterns import examples, patterns
from migrator.probing.probe import BATCH, Trial, _batches, _entries, _Forced, is_current, probe, trials, verdicts
from migrator.probing.running import measured


def test_it_measures_a_row_and_leaves_it_alone_the_next_time(tmp_path):
    file = tmp_path / "evidence.json"
    steps = []
    rows = probe("torch.tril", file, progress=lambda done, total: steps.append((done, total)))
    entry = next(iter(rows["torch.tril"].values()))
    assert (entry["status"], entry["gradient"]) == ("works", "equal")
    assert json.loads(file.read_text())["device"] == "cpu"
    probe("torch.tril", file, progress=lambda done, total: steps.append("again"))
    assert "again" not in steps
    assert steps[0][0] == 0 and steps[-1][0] == steps[-1][1]
    assert [path.name for path in tmp_path.iterdir()] == ["evidence.json"]


def test_a_batch_holds_whole_rows():
    waiting = [Trial(name, "", "", "") for name in "abc" for _ in range(BATCH - 1)]
    assert [{trial.row for trial in batch} for batch in _batches(waiting)] == [{"a", "b"}, {"c"}]


def test_on_ascend_what_the_documentation_alone_names_is_measured_too():
    catalog = _Forced(Catalog())
    row = catalog.row("torch.tril")
    codes = patterns(row, examples())[:1]
    here, there = (trials(row, codes, catalog, device) for device in ("cpu", "ascend"))
    own = {candidate.text for form in row.forms for candidate in form.candidates}
    assert {trial.candidate for trial in here} <= own
    assert {trial.candidate for trial in there} - own
    assert "mint.tril(" in there[0].translated
    found = {trial.candidate: {"status": "works"} for trial in there}
    assert is_current(row, found, "ascend") and not is_current(row, found, "cpu")


def test_a_crash_and_a_hang_are_results():
    codes = [
        "import os\nos.kill(os.getpid(), 9)\nresult = 1\n",
        "result = 2\n",
        "raise ValueError('no')\n",
    ]
    found = measured("torch", codes)
    assert found[0].error.startswith("the process died")
    assert found[1].result == 2
    assert found[2].error.startswith("ValueError: no")


def test_a_library_that_hangs_in_its_own_code_is_stopped(tmp_path):
    asked, answered = tmp_path / "asked", tmp_path / "answered"
    hang = (
        "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])\ntime.sleep(600)\nresult = 1\n"
    )
    asked.write_bytes(pickle.dumps(([hang, "result = 2\n"], False, False)))
    program = (
        "import sys\nfrom pathlib import Path\nfrom migrator.probing import running\n"
        "running.SECONDS = running.GRACE = 1\nrunning.main('torch', 'cpu', Path(sys.argv[1]), Path(sys.argv[2]))\n"
    )
    subprocess.run([sys.executable, "-c", program, asked, answered], check=True, stderr=subprocess.DEVNULL)
    first, second = pickle.loads(answered.read_bytes())
    assert first.error.startswith("the process died")
    assert second.result == 2


def test_a_program_that_breaks_the_next_one_does_not_count_against_it():
    breaks = Trial("a", "a", "result = 1\n", "import builtins\ndel builtins.len\nresult = 0\n")
    follows = Trial("b", "b", "result = len('ab')\n", "result = len('ab')\n")
    first, second = verdicts([breaks, follows])
    assert (first["status"], second["status"]) == ("fails", "works")


def trial_of(candidate, code, milliseconds, status="works", **more):
    return Trial("row", candidate, code, ""), {"status": status, "milliseconds": milliseconds, **more}


def test_a_way_is_faster_where_it_took_less_than_half_of_the_time_in_every_pattern():
    results = [trial_of("one", "1", 1.0), trial_of("two", "1", 0.4), trial_of("one", "2", 1.0)]
    assert _entries([*results, trial_of("two", "2", 0.3)])["two"]["faster_than"] == ["one"]
    assert "faster_than" not in _entries([*results, trial_of("two", "2", 0.6)])["two"]
    assert "faster_than" not in _entries([*results, trial_of("two", "2", 0.3, "differs")])["two"]
    assert "faster_than" not in _entries([*results, trial_of("two", "2", 0.3, gradient="none")])["two"]
    assert "faster_than" not in _entries(results[1::-1])["one"]
    own = [trial_of("ops.f(x)", "1", 1.0), trial_of("support.f(x)", "1", 0.4), trial_of("mint.f(x)", "1", 0.1)]
    assert [entry.get("faster_than") for entry in _entries(own).values()] == [None, None, ["ops.f(x)", "support.f(x)"]]


@pytest.mark.slow
def test_random_rows_measure_as_the_shipped_evidence_says():
    known = json.loads((EVIDENCE / "mindspore-2.10.0-cpu.json").read_text())["rows"]
    catalog = _Forced(Catalog())
    extra = examples()
    chosen = random.sample(sorted(known), 100)
    asked = []
    for name in chosen:
        row = catalog.row(name)
        asked.extend(trials(row, patterns(row, extra), catalog))
    worse = []
    for trial, now in zip(asked, verdicts(asked), strict=True):
        said = known[trial.row].get(trial.candidate)
        if trial.meant and said and said["status"] == "works" and now and now["status"] != "works":
            worse.append((trial.row, trial.candidate, now))
    assert worse == []
