"""Making a mapping for the datasets of a config."""

from mmuda.engine.pairing.make import make_mapping
from mmuda.engine.pairing.options import PairingOptions
from mmuda.engine.pairing.strategies import STRATEGIES

__all__ = ['STRATEGIES', 'PairingOptions', 'make_mapping']
