from migrator import translate_source

PROFILED = """import torch
from torch.profiler import ProfilerActivity, profile, record_function, schedule

said = []

def trace_handler(profiler):
    said.append(profiler.key_averages().table(sort_by="cpu_time_total", row_limit=10))

activities = [ProfilerActivity.CPU]
with profile(activities=activities, schedule=schedule(wait=1, warmup=1, active=2), on_trace_ready=trace_handler) as prof:
    total = torch.zeros(2)
    for step in range(3):
        with record_function("add"):
            total = total + step
        prof.step()
with torch.cuda.device(0), torch.autograd.profiler.emit_nvtx(enabled=False):
    torch.cuda.nvtx.range_push("double")
    total = total * 2
    torch.cuda.nvtx.range_pop()
result = total.tolist(), prof.step_num
"""


def test_a_profiled_program_runs_without_being_profiled():
    translated = translate_source(PROFILED, target="cpu")
    scope = {"__name__": "translated"}
    exec(compile(translated.code, "translated", "exec"), scope)
    assert scope["result"] == ([6.0, 6.0], 3) and scope["said"] == []
    assert "nvtx" not in translated.code and "record_function" not in translated.code
    assert not [finding for finding in translated.findings if finding.severity.value != "info"]
