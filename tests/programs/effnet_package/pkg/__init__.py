from .core import *
from .core.blocks import build
