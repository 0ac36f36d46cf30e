"""Orthophotos and street scenes of towns that do not exist, and datasets of them."""

from mmuda.demo.cities import BANDS, CITIES, CLASSES, City
from mmuda.demo.scene import render_scene
from mmuda.demo.street_scene import render_street
from mmuda.demo.streets import STREETS, Street

__all__ = [
    'BANDS',
    'CITIES',
    'CLASSES',
    'STREETS',
    'City',
    'Street',
    'render_scene',
    'render_street',
]
