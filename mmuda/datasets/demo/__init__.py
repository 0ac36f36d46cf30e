"""Orthophotos of towns that do not exist, and the datasets made of them."""

from mmuda.datasets.demo.cities import BANDS, CITIES, CLASSES, City
from mmuda.datasets.demo.scene import render_scene

__all__ = ['BANDS', 'CITIES', 'CLASSES', 'City', 'render_scene']
