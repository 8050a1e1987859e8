"""Run a project in the sandbox: record a baseline under PyTorch, replay it under MindSpore, let it run free."""
