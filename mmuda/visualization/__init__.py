"""Pictures."""

from mmuda.visualization.histograms import save_histograms
from mmuda.visualization.overlay import (
    colourise,
    displayable,
    overlay,
    save_panels,
    stretched_together,
)
from mmuda.visualization.retrieval import save_retrieval

__all__ = [
    'colourise',
    'displayable',
    'overlay',
    'save_histograms',
    'save_panels',
    'save_retrieval',
    'stretched_together',
]
