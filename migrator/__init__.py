"""MindFerry's engine: from a PyTorch project to a MindSpore project that was shown to train the same way."""
