"""The product's words as pages say them: titles and one plain sentence each."""

from __future__ import annotations

MEANINGS = {
    "project": "What a team migrates: a name, an owner team, settings and many submissions.",
    "submission": "One uploaded snapshot of a project, and everything made from it.",
    "unit": "A piece of source with one role: a module, class, function or top-level block.",
    "role": "What a unit does. Reusable code is kept byte for byte; every other role must be migrated.",
    "finding": "One observation at one place in the source, with a code, a severity and what to do.",
    "catalog": "What each PyTorch API becomes in MindSpore.",
    "evidence": "What was measured about a catalog row on one device. Never written by hand.",
    "target": "The devices that the translated code must run on.",
    "baseline": "A recorded run of the original under PyTorch: weights, batches, random draws, losses, printed numbers.",
    "replay": "The translated project under MindSpore, fed with the baseline's weights, batches and random draws.",
    "free run": "The translated project on its own: its own data pipeline, its own seeds, trained to the end.",
    "parity": "How far the replay is from the baseline, each part judged by a stated tolerance.",
    "ladder": "How far the project got, rung by rung, from “parses” to “accuracy”.",
    "evidence state": "How much is known about one translated line: unchanged, translated, executed, forward matched, gradient matched.",
    "diagnostic": "A numbered trap: a default or meaning that differs silently between PyTorch and MindSpore.",
    "report": "The one document that a submission ends in. Pages, API and exports all read it.",
}

STAGE_MEANINGS = {
    "analyze": "Read the source: what stays, what moves, and why.",
    "baseline": "Train the original under PyTorch and record it.",
    "translate": "Write the MindSpore project.",
    "replay": "Train the translation on the recorded weights, batches and draws.",
    "free_run": "Train the translation on its own, to the end.",
    "report": "Compare, judge, and write the report.",
}

ROLE_TITLES = {
    "reusable": "Reusable",
    "model": "Model",
    "data": "Data",
    "training": "Training",
    "checkpoint": "Checkpoint",
    "inference": "Inference",
    "device": "Device",
    "mixed": "Mixed",
}

ROLE_MEANINGS = {
    "reusable": "CPU-side Python and NumPy, configuration: kept byte for byte.",
    "model": "Layers and the forward computation.",
    "data": "Datasets, loaders and what makes tensors of samples.",
    "training": "Losses, backward passes, optimizers and schedules.",
    "checkpoint": "Saving and loading weights and state.",
    "inference": "Evaluation and generation without gradients.",
    "device": "Choosing and moving between devices.",
    "mixed": "Several roles in one unit; its reason says why it was not split.",
}

VERDICT_TITLES = {
    "pass": "Trains the same",
    "fail": "Does not train the same",
    "incomplete": "Could not be judged to the end",
    "": "No verdict yet",
}

RUNG_TITLES = {
    "parses": "Parses",
    "names resolve": "Names resolve",
    "imports": "Imports",
    "first-step loss": "First-step loss",
    "gradients": "Gradients",
    "weights after one step": "Weights after one step",
    "loss after N steps": "Loss after N steps",
    "accuracy": "Accuracy",
}

RUNG_MEANINGS = {
    "parses": "Every translated file is valid Python.",
    "names resolve": "Every name that the translated files use is defined or imported, and no PyTorch name is left.",
    "imports": "The translated program starts under MindSpore with PyTorch out of reach.",
    "first-step loss": "From the same weights and the same first batch, the first loss is the same.",
    "gradients": "The gradient of the first loss is the same for every parameter.",
    "weights after one step": "After the optimizer's first step, every weight is the same.",
    "loss after N steps": "The whole recorded loss curve is followed, step by step, within tolerance.",
    "accuracy": "Trained on its own, the translation reaches the original's accuracy.",
}

# Of one translated line, from the least that is known to the most.
EVIDENCE_MEANINGS = {
    "unchanged": "As in the original",
    "translated": "Written by the translator, never run",
    "executed": "Ran in the replay",
    "forward matched": "Its layer put out PyTorch's numbers",
    "gradient matched": "Its parameters got PyTorch's gradients",
}
