"""Checkpoint files: ``.pth``/``.pt``/``.bin``/``.safetensors`` to ``.ckpt``/``.safetensors``, and back."""
