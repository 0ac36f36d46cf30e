"""Pictures."""

from mmuda.visualization.overlay import colourise, displayable, overlay, save_panels

__all__ = ['colourise', 'displayable', 'overlay', 'save_panels']
