"""Making a mapping for the datasets of a config."""

from mmuda.jobs.pairing.make import make_mapping
from mmuda.jobs.pairing.options import PairingOptions
from mmuda.jobs.pairing.strategies import STRATEGIES
from mmuda.jobs.pairing.update_mapping import UpdateMappingHook

__all__ = ['STRATEGIES', 'PairingOptions', 'UpdateMappingHook', 'make_mapping']
