from . import base, plain, losses, metrics
from .plain import PlainNet, WideNet
