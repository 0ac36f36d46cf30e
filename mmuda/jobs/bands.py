"""How many bands the images of a config must have."""

import inspect

from mmengine.config import Config
from mmseg.registry import MODELS


def expected_bands(cfg: Config) -> int | None:
    """Bands that the model of a config takes; None if it does not say.

    They are said by the mean that is taken off, by the backbone, or by a translator; by
    the default of its class where the config leaves it out.
    """
    model = cfg.model
    segmentor = model.get('segmentor') or model
    for owner in (model, segmentor):
        mean = (owner.get('data_preprocessor') or {}).get('mean')
        if isinstance(mean, (list, tuple)) and len(mean) > 1:
            return len(mean)
    backbone = segmentor.get('backbone')
    if backbone is not None:
        return _said_or_default(backbone, 'in_channels')
    return _said_or_default(model, 'bands')


def _said_or_default(node: dict, name: str) -> int | None:
    if name in node:
        return node[name]
    kind = MODELS.get(node['type']) if isinstance(node.get('type'), str) else None
    for owner in getattr(kind, '__mro__', ()):
        parameter = inspect.signature(owner.__init__).parameters.get(name)
        if parameter is not None:
            default = parameter.default
            return default if isinstance(default, int) else None
    return None
