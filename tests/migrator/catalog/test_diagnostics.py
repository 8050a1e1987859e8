"""Every diagnostic: its data, what triggers it, what does not, and that the trap is really there."""

import ast
import os
import re
import subprocess
import sys

import pytest

from migrator.catalog import shipped
from migrator.catalog.diagnostics import PRELUDE, all_diagnostics, codes, diagnostic
from migrator.catalog.rows import Trap
from migrator.rules import all_rules
from migrator.translation import translate_source

TRIGGERS = [
    pytest.param(each.code, trigger, id=f"{each.code}-{index}")
    for each in all_diagnostics()
    for index, trigger in enumerate(each.triggers)
]
QUIET = [
    pytest.param(each.code, source, id=f"{each.code}-{index}")
    for each in all_diagnostics()
    for index, source in enumerate(each.quiet)
]
MEASURE = """
import os
os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX2")
os.environ.setdefault("GLOG_v", "4")
import warnings
warnings.simplefilter("ignore")
from migrator.catalog.diagnostics import PRELUDE, all_diagnostics
exec(compile(PRELUDE, "prelude", "exec"), {})
for each in all_diagnostics():
    # One trap may hide another: each is looked for in a process of its own.
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        continue
    names = {"__name__": "measurement"}
    try:
        exec(compile(PRELUDE + each.measurement, each.code, "exec"), names)
    except BaseException as error:
        print(each.code, type(error).__name__, error, flush=True)
    else:
        print(each.code, "is there", flush=True)
    os._exit(0)
"""


@pytest.mark.parametrize(("code", "trigger"), TRIGGERS)
def test_its_example_is_found_and_written_safely(code, trigger):
    result = translate_source(trigger.source, target="cpu")
    assert code in {finding.code for finding in result.findings}
    assert trigger.writes in result.code
    ast.parse(result.code)


@pytest.mark.parametrize(("code", "source"), QUIET)
def test_its_counterexample_is_not(code, source):
    result = translate_source(source, target="cpu")
    assert code not in {finding.code for finding in result.findings}


@pytest.mark.parametrize("code", codes())
def test_it_says_what_why_and_from_where(code):
    found = diagnostic(code)
    assert found.triggers and found.quiet
    assert all(link.startswith("https://") for link in found.source) and found.source
    assert not found.title.endswith(".") and found.remedy.endswith(".") and found.trap.endswith(".")
    assert "\n" not in found.message
    assert "assert" in found.measurement
    ast.parse(PRELUDE + found.measurement)


def test_its_finding_has_the_line_the_api_and_the_remedy():
    source = "import torch\n\nx = 1\nlayer = torch.nn.LeakyReLU()\n"
    finding = min(translate_source(source, target="cpu").findings)
    assert (finding.line, finding.code, finding.severity, finding.api) == (4, "MF203", "info", "torch.nn.LeakyReLU")
    assert finding.message == diagnostic("MF203").message


def test_every_code_that_a_row_names_exists():
    named = {trap.code for row in shipped() for trap in row.diagnostics}
    assert named <= set(codes())


def test_every_diagnostic_is_named_by_a_row_or_a_rule():
    named = {trap.code for row in shipped() for trap in row.diagnostics} | {rule.code for rule in all_rules()}
    # Rules cite these beside their own code.
    assert set(codes()) - named == {"MF221", "MF233"}


def test_an_alias_and_a_derived_method_have_the_traps_of_what_they_lead_to():
    for name, code in (("torch.Tensor.std", "MF209"), ("torch.selu", "MF234"), ("torch.Tensor.mul_", "MF213")):
        row = shipped().row(name)
        assert row is not None and code in {trap.code for trap in row.diagnostics}, name


def test_a_trap_is_read_with_its_condition():
    assert Trap.parse("MF202 when given(momentum)") == Trap("MF202", "given(momentum)")
    assert Trap.parse("MF201") == Trap("MF201")


def test_an_unknown_code_has_no_diagnostic():
    with pytest.raises(KeyError):
        diagnostic("MF299")


def test_loading_the_catalog_reads_none_of_them():
    program = (
        "from migrator.catalog import shipped\nfrom migrator.catalog import diagnostics\n"
        "len(list(shipped()))\nprint(diagnostics.diagnostic.cache_info().currsize)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


@pytest.mark.slow
def test_every_trap_is_really_there():
    """The measurements, run on the installed torch and MindSpore: a trap that is gone must go from the documentation."""
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], capture_output=True, text=True, env=environment, timeout=240, check=False
    )
    found = dict(re.findall(r"^(MF\d{3}) (.*)$", done.stdout, re.M))
    assert {code: said for code, said in found.items() if said != "is there"} == {}
    assert set(found) == set(codes()), done.stderr[-2000:]
