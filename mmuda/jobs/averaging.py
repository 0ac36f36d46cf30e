"""The mean of the weights over training: mmengine's ``EMAHook``, where it fits."""

from mmengine.config import Config
from mmseg.registry import MODELS

from mmuda.models.phased import PhasedModel

AVERAGING = 'EMAHook'


def check_averaging(cfg: Config) -> None:
    """Refuse to average the weights of a model whose buffers change their places.

    ``EMAHook`` copies buffers by their order. Those of batch normalisation in an
    adaptor are now the source's, now the target's.

    Raises:
        ValueError: If a config with a phased model has the hook.
    """
    hooks = [hook['type'] for hook in cfg.get('custom_hooks') or []]
    if AVERAGING in hooks and issubclass(MODELS.get(cfg.model.type), PhasedModel):
        raise ValueError(
            f'{AVERAGING} averages the weights of a segmentor that is trained by '
            f'itself, got a {cfg.model.type}: leave the hook out of `custom_hooks`'
        )
