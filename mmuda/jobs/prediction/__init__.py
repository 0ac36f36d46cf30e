"""Maps of whole scenes: windows, blending, georeferenced files, polygons."""

from mmuda.jobs.prediction.model import Predictor, load_predictor
from mmuda.jobs.prediction.polygons import write_polygons
from mmuda.jobs.prediction.predict import Model, Outcome, Request, predict_scenes
from mmuda.jobs.prediction.scene import WindowOptions

__all__ = [
    'Model',
    'Outcome',
    'Predictor',
    'Request',
    'WindowOptions',
    'load_predictor',
    'predict_scenes',
    'write_polygons',
]
