"""What ``--amp`` asks of a config."""

import torch
from mmengine.config import Config

PHASED_CONSTRUCTOR = 'PhasedOptimWrapperConstructor'


def train_in_mixed_precision(cfg: Config) -> None:
    """Let a config train in bfloat16 on a CPU, in float16 with scaled losses on a GPU.

    Raises:
        ValueError: On a GPU, if an optimizer wrapper is of another type.
    """
    if not torch.cuda.is_available():
        predict_in_mixed_precision(cfg)
        return
    wrappers = [cfg.optim_wrapper]
    if cfg.optim_wrapper.get('constructor') == PHASED_CONSTRUCTOR:
        wrappers = [w for w in cfg.optim_wrapper.values() if isinstance(w, dict)]
    for wrapper in wrappers:
        kind = wrapper.get('type', 'OptimWrapper')
        if kind not in ('OptimWrapper', 'AmpOptimWrapper'):
            raise ValueError(f'--amp needs optimizers of type OptimWrapper, got {kind}')
        wrapper.type = 'AmpOptimWrapper'
        wrapper.setdefault('loss_scale', 'dynamic')


def predict_in_mixed_precision(cfg: Config) -> None:
    """Let the model of a config predict in half precision."""
    mixed, hooks = dict(type='MixedPrecisionHook'), cfg.get('custom_hooks') or []
    if mixed not in hooks:  # the config of a run has it already
        cfg.custom_hooks = [*hooks, mixed]
