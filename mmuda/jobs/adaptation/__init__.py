"""From labelled scenes of A and scenes of B to a map of B."""

from mmuda.jobs.adaptation.adapt import adapt
from mmuda.jobs.adaptation.outcome import Outcome
from mmuda.jobs.adaptation.request import BUDGETS, AdaptationRequest

__all__ = ['BUDGETS', 'AdaptationRequest', 'Outcome', 'adapt']
