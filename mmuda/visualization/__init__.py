"""Pictures."""

from mmuda.visualization.histograms import save_histograms
from mmuda.visualization.overlay import (
    colourise,
    displayable,
    overlay,
    save_panels,
    stretched_together,
)

__all__ = [
    'colourise',
    'displayable',
    'overlay',
    'save_histograms',
    'save_panels',
    'stretched_together',
]
