"""Making data sets on disk from imagery as it is handed out."""

from mmuda.preparation.city import PatchPlan, prepare_city
from mmuda.preparation.isprs import potsdam_scenes, vaihingen_scenes
from mmuda.preparation.patches import draw_patch, window_origins
from mmuda.preparation.scene import Scene, read_scene, resample, write_scene
from mmuda.preparation.three_cities import three_city_scenes

__all__ = [
    'PatchPlan',
    'Scene',
    'draw_patch',
    'potsdam_scenes',
    'prepare_city',
    'read_scene',
    'resample',
    'three_city_scenes',
    'vaihingen_scenes',
    'window_origins',
    'write_scene',
]
