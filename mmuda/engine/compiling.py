"""PyTorch's compiler, for the part of a model where it pays."""

from collections.abc import Collection, Mapping

from torch import nn


def compile_backbone(model: nn.Module, options: Mapping[str, object]) -> None:
    """Let ``torch.compile`` speed up the backbone of a segmentor, in place.

    A step of several phases is more than it can take in, and hooks that come and go
    are not seen inside what it compiled. So an objective's taps, and what holds them,
    run as they are; around them everything is compiled. Weights keep their names.

    Args:
        model: A segmentor or an adaptor.
        options: Of ``torch.compile``.

    Raises:
        ValueError: If the model has no backbone, or PyTorch is older than 2.2.
    """
    backbone = getattr(getattr(model, 'segmentor', model), 'backbone', None)
    if backbone is None:
        raise ValueError(
            f'compile: a {type(model).__name__} has no backbone, expected a segmentor '
            'or an adaptor of one'
        )
    if not hasattr(backbone, 'compile'):
        raise ValueError('compile needs PyTorch 2.2 or newer')
    objectives = getattr(model, 'objectives', {}).values()
    taps = {tap for objective in objectives for tap in objective.taps}
    _compile_around(taps, backbone, 'backbone', options)


def _compile_around(
    taps: Collection[str], module: nn.Module, name: str, options: Mapping[str, object]
) -> None:
    held = any(f'{tap}.'.startswith(f'{name}.') for tap in taps)
    if not held and not isinstance(module, (nn.ModuleList, nn.ModuleDict)):
        module.compile(**options)
        return
    for child_name, child in module.named_children():
        _compile_around(taps, child, f'{name}.{child_name}', options)
