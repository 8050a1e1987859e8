"""What is known of each translated line."""

from migrator.parity.evidence import best_state, states_of

BEFORE = "import torch\nx = 1\n\ndef f(x):\n    return torch.relu(x)\n"
AFTER = "from mindspore import ops\nx = 1\n\ndef f(x):\n    return ops.relu(x)\n\ndef g():\n    pass\n"
MAP = (1, 2, 3, 4, 5, 0, 0, 0)


def test_lines_are_what_is_known_of_them():
    ran = {"ran": [1, 2, 4, 5], "in_step": [5]}
    assert states_of(BEFORE, AFTER, MAP, ran, "gradient matched") == (
        "executed", "executed", "unchanged", "executed", "gradient matched", "translated", "translated", "translated",
    )  # fmt: skip


def test_without_a_replay_lines_are_unchanged_or_translated():
    assert set(states_of(BEFORE, AFTER, MAP, {}, "executed")) == {"unchanged", "translated"}


def test_a_line_in_a_step_is_as_good_as_the_ladder_says():
    assert best_state({"first-step loss": "pass", "gradients": "pass"}) == "gradient matched"
    assert best_state({"first-step loss": "pass", "gradients": "fail"}) == "forward matched"
    assert best_state({"first-step loss": "fail", "gradients": "pass"}) == "executed"
    assert best_state({}) == "executed"
