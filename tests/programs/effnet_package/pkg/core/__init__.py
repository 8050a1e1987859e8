from .blocks import *
from .ops import swish as swish, Mish
__version__ = "0.1"
