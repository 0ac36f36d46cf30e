"""The mean of the weights over training: which hook fits which model."""

from mmengine.config import Config
from mmseg.registry import MODELS

from mmuda.models.adaptor import DomainAdaptor
from mmuda.models.phased import PhasedModel

OF_MMENGINE = 'EMAHook'
OURS = 'WeightAverageHook'
SETTING = f"default_hooks = dict(weight_average=dict(type='{OURS}'))"


def check_averaging(cfg: Config) -> None:
    """Refuse to average the weights of a model that a hook does not understand.

    mmengine's ``EMAHook`` copies buffers by their order; those of batch normalisation
    in an adaptor are now the source's, now the target's. Ours knows them by name, in
    segmentors and adaptors.

    Raises:
        ValueError: If a config with an adaptor has mmengine's hook, or one with a
            translator either of them.
    """
    hooks, model = _hooks(cfg), MODELS.get(cfg.model.type)
    if OF_MMENGINE in hooks and issubclass(model, PhasedModel):
        raise ValueError(
            f'{OF_MMENGINE} averages the weights of a segmentor that is trained by '
            f'itself, got a {cfg.model.type}: leave the hook out of `custom_hooks`; '
            f'for adaptors there is {OURS}'
        )
    translates = issubclass(model, PhasedModel) and not issubclass(model, DomainAdaptor)
    if OURS in hooks and translates:
        raise ValueError(
            f'{OURS} averages the weights of segmentors and adaptors, got a '
            f'{cfg.model.type}: leave it out'
        )


def is_averaged(cfg: Config) -> bool:
    """Whether a run writes checkpoints of averaged weights beside its regular ones."""
    return OURS in _hooks(cfg)


def _hooks(cfg: Config) -> list[str]:
    """Types of all hooks that a config names."""
    named = [
        *(cfg.get('custom_hooks') or []),
        *(cfg.get('default_hooks') or {}).values(),
    ]
    return [hook['type'] for hook in named if hook]
