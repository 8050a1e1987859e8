import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from migrator.translation.sharing import shared_out

ROOT = Path(__file__).parents[3]


def test_results_come_in_the_order_of_the_tasks():
    tasks = [(number % 7, number) for number in range(50)]
    assert shared_out(tasks, 3, lambda number: number * 2) == [number * 2 for number in range(50)]


def test_the_work_is_done_in_several_processes():
    """In a program of its own: other tests may have left threads, and then nothing is forked."""
    program = (
        "import os, time\nfrom migrator.translation.sharing import shared_out\n"
        "made_by = shared_out([(1, n) for n in range(4)], 2, lambda n: time.sleep(0.2) or os.getpid())\n"
        "print(len(set(made_by)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout == "2\n", done.stderr


def test_whoever_is_free_first_takes_the_next_task():
    program = (
        "import os, time\nfrom migrator.translation.sharing import shared_out\n"
        "made_by = shared_out([(9, 1.0)] + [(1, 0.01)] * 9, 2, lambda seconds: time.sleep(seconds) or os.getpid())\n"
        "print(made_by.count(made_by[0]), made_by.count(made_by[1]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout == "1 9\n", done.stderr


def test_what_a_killed_process_left_is_done_here():
    own = os.getpid()

    def work(number):
        if number == 3 and os.getpid() != own:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    assert shared_out([(1, number) for number in range(8)], 2, work) == list(range(8))


def test_what_goes_wrong_in_another_process_goes_wrong_here():
    def work(number):
        raise KeyError(number)

    with pytest.raises(KeyError):
        shared_out([(1, number) for number in range(4)], 2, work)


def test_a_program_with_threads_is_not_forked():
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert set(shared_out([(1, 1), (1, 2)], 2, lambda _: os.getpid())) == {os.getpid()}
    finally:
        done.set()
        thread.join()
