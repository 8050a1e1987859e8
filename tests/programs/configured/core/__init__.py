from .loop import Engine
from .loaders import HoldoutLoader, Patches
from .registry import build, instantiate
