"""What batch normalisation normalises with: statistics by domain, a declared policy.

In training every domain passes by itself and is normalised with the statistics of its
own mini-batch, as batch normalisation does. What differs is what it remembers for the
time after: the running statistics of the source and those of the target are kept apart
here, and the model that is validated, pairs, tests and is exported has

    (1 - alpha) * source + alpha * target,

mean and variance alike (You et al. 2021, arXiv 2110.04065). Alpha 0 is the source
model, 1 is AdaBN (Li et al. 2016). Layers that do not learn statistics in training (in
eval mode, as with ``norm_eval``) keep those that they have.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

ROLES = ('source', 'target')
STATISTICS = ('running_mean', 'running_var', 'num_batches_tracked')
COUNT = 'num_batches_tracked'


def batch_norms(model: nn.Module) -> dict[str, _BatchNorm]:
    """The layers of a model that keep running statistics, by path."""
    return {
        path: layer
        for path, layer in model.named_modules()
        if isinstance(layer, _BatchNorm) and layer.running_mean is not None
    }


def mixed(
    source: Mapping[str, Tensor], target: Mapping[str, Tensor], alpha: float
) -> dict[str, Tensor] | None:
    """Statistics of one layer between those of the domains.

    Args:
        source: Running mean and variance, (C,), and the number of mini-batches.
        target: Likewise.
        alpha: Weight of the target, in [0, 1].

    Returns:
        The mixture; where one domain has never passed, the other's as they are, and
        None where neither has.
    """
    seen = [int(domain[COUNT]) > 0 for domain in (source, target)]
    if not any(seen):
        return None
    weight = alpha if all(seen) else float(seen[1])
    if weight in (0.0, 1.0):  # exactly these
        return {
            name: (source, target)[int(weight)][name].clone() for name in STATISTICS
        }
    both = {n: torch.lerp(source[n], target[n], weight) for n in STATISTICS[:2]}
    return {**both, COUNT: source[COUNT] + target[COUNT]}


def check_alpha(alpha: float) -> float:
    """``alpha`` itself.

    Raises:
        ValueError: If it is not in [0, 1].
    """
    if not isinstance(alpha, (int, float)) or not 0 <= alpha <= 1:
        raise ValueError(f'alpha must be a number in [0, 1], got {alpha!r}')
    return float(alpha)


class DomainStatistics(nn.Module):
    """Running statistics of a segmentor, the source's apart from the target's.

    They are part of the checkpoint, as ``source.<layer>.running_mean`` and so on. The
    segmentor's own hold the mixture whenever it is in eval mode, and in a checkpoint.

    Args:
        segmentor: Whose layers it is about; not a submodule of this.
        alpha: See the module's description.

    Raises:
        ValueError: If ``alpha`` is not in [0, 1].
    """

    def __init__(self, segmentor: nn.Module, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha = check_alpha(alpha)
        self.__dict__['_segmentor'] = segmentor
        self.look_up()
        for role in ROLES:
            self.add_module(role, _Kept(self.layers))
        self._begun = False

    def look_up(self) -> None:
        """Find the layers again: another kind may have taken their place (SyncBN)."""
        self.__dict__['layers'] = batch_norms(self._segmentor)

    @contextmanager
    def of(self, role: str) -> Iterator[None]:
        """Within it, training passes are remembered as those of a domain of ``role``.

        Layers in eval mode are left alone. Passes of other roles than source and target
        are forgotten.
        """
        self._begin()
        kept = getattr(self, role).layers if role in ROLES else {}
        for path, layer in self.layers.items():
            if layer.training:
                buffers = kept[path]._buffers if kept else _copied(layer)
                for name in STATISTICS:
                    layer._buffers[name] = buffers[name]
        yield

    def _begin(self) -> None:
        """Let domains that never passed begin with what the segmentor came with."""
        if self._begun:
            return
        self._begun = True
        for role, (path, layer) in itertools.product(ROLES, self.layers.items()):
            kept = getattr(self, role).layers[path]._buffers
            if not int(kept[COUNT]):
                for name in STATISTICS[:2]:
                    kept[name].copy_(layer._buffers[name])

    def _load_from_state_dict(
        self, state_dict: dict, prefix: str, *args: object
    ) -> None:
        """Domains of a checkpoint have begun, also those that never passed a layer."""
        counts = (f'{prefix}{r}.{path}.{COUNT}' for r in ROLES for path in self.layers)
        self._begun |= all(count in state_dict for count in counts)
        super()._load_from_state_dict(state_dict, prefix, *args)

    @property
    def learning(self) -> bool:
        """Whether any layer learns statistics in training passes."""
        return any(layer.training for layer in self.layers.values())

    @torch.no_grad()
    def mixture(self, alpha: float | None = None) -> dict[str, dict[str, Tensor]]:
        """Statistics between those of the domains, by layer; of layers that have some.

        Args:
            alpha: Weight of the target; by default the declared one.
        """
        alpha = self.alpha if alpha is None else alpha
        kept = {
            path: [getattr(self, role).layers[path]._buffers for role in ROLES]
            for path in self.layers
        }
        found = {path: mixed(*domains, alpha) for path, domains in kept.items()}
        return {path: values for path, values in found.items() if values is not None}

    def blend(self) -> None:
        """Give the segmentor the statistics that ``alpha`` declares."""
        for path, values in self.mixture().items():
            self.layers[path]._buffers.update(values)


class _Kept(nn.Module):
    """Running statistics of all layers for one domain, below the layers' names."""

    def __init__(self, layers: Mapping[str, _BatchNorm]) -> None:
        super().__init__()
        self.__dict__['layers'] = {}
        for path, layer in layers.items():
            place: nn.Module = self
            for step in path.split('.'):
                if step not in place._modules:
                    place.add_module(step, nn.Module())
                place = place._modules[step]
            for name, value in _copied(layer).items():
                place.register_buffer(name, value)
            self.layers[path] = place


def _copied(layer: _BatchNorm) -> dict[str, Tensor]:
    return {name: getattr(layer, name).clone() for name in STATISTICS}


def blend_checkpoint(
    weights: dict[str, Tensor], alpha: float, prefix: str = 'segmentor.'
) -> None:
    """Give the segmentor in a checkpoint the statistics of another ``alpha``, in place.

    Args:
        weights: By name, with ``statistics.source.<layer>.running_mean`` and so on.
        alpha: Weight of the target.
        prefix: Of the segmentor's own names: empty for a plain segmentor.

    Raises:
        ValueError: If ``alpha`` is not in [0, 1], the checkpoint holds no statistics by
            domain, or none of the target though ``alpha`` asks for them.
    """
    check_alpha(alpha)
    normalised = any(key.endswith('.running_mean') for key in weights)
    passed = [int(target[COUNT]) for _, target in _by_domain(weights).values()]
    if alpha > 0 and normalised and not any(passed):
        raise ValueError(
            f'alpha is {alpha}, but the checkpoint holds no batch statistics of the '
            'target: measure them with tools/target_statistics.py'
        )
    blend_known(weights, alpha, prefix)


def blend_known(weights: dict[str, Tensor], alpha: float, prefix: str) -> None:
    """As :func:`blend_checkpoint`, with what is known of the domains, refusing nothing.

    Layers of which nothing is known stay as they are.
    """
    for path, domains in _by_domain(weights).items():
        for name, value in (mixed(*domains, alpha) or {}).items():
            weights[f'{prefix}{path}.{name}'] = value


def _by_domain(weights: Mapping[str, Tensor]) -> dict[str, list[dict[str, Tensor]]]:
    """Statistics of source and target in a checkpoint, by layer."""
    start, end = 'statistics.target.', '.running_mean'
    layers = [
        key[len(start) : -len(end)]
        for key in weights
        if key.startswith(start) and key.endswith(end)
    ]
    return {
        path: [
            {name: weights[f'statistics.{role}.{path}.{name}'] for name in STATISTICS}
            for role in ROLES
        ]
        for path in layers
    }


@torch.no_grad()
def measure_statistics(
    segmentor: nn.Module, batches: Iterable[Tensor]
) -> dict[str, dict[str, Tensor]]:
    """Running statistics of a domain for a model that is trained already.

    Means over mini-batches, each passed as in training, all with the same weights. The
    segmentor is left as it was.

    Args:
        segmentor: Any MMSeg segmentor. Layers that do not learn statistics in training
            are left out.
        batches: Preprocessed images (N, bands, H, W); N should be above 1, since a
            layer that sees one value per channel has no variance.

    Returns:
        ``{layer: {running_mean, running_var, num_batches_tracked}}``, on the CPU.
    """
    modes = {module: module.training for module in segmentor.modules()}
    segmentor.train()
    layers = {p: x for p, x in batch_norms(segmentor).items() if x.training}
    segmentor.eval()  # no dropout
    before = {path: (x.momentum, dict(x._buffers)) for path, x in layers.items()}
    try:
        for layer in layers.values():
            layer._buffers.update(_copied(layer))
            layer.reset_running_stats()
            layer.momentum = None  # the mean over all mini-batches
            layer.training = True
        for images in batches if layers else ():
            segmentor(images, mode='tensor')
        return {
            path: {name: value.cpu() for name, value in _copied(layer).items()}
            for path, layer in layers.items()
        }
    finally:
        for path, (momentum, buffers) in before.items():
            layers[path].momentum = momentum
            layers[path]._buffers.update(buffers)
        for module, training in modes.items():
            module.training = training


def add_statistics(
    weights: dict[str, Tensor],
    source: Mapping[str, Mapping[str, Tensor]] | None,
    target: Mapping[str, Mapping[str, Tensor]],
    prefix: str = '',
) -> None:
    """Put statistics by domain into a checkpoint, in place.

    Args:
        weights: By name.
        source: Those of the source; None if they are the segmentor's own, which was
            trained on the source alone.
        target: As :func:`measure_statistics` returns them.
        prefix: Of the segmentor's names.
    """
    for path, measured in target.items():
        for name in STATISTICS:
            own = source[path] if source else {name: weights[f'{prefix}{path}.{name}']}
            weights[f'statistics.source.{path}.{name}'] = own[name].clone()
            weights[f'statistics.target.{path}.{name}'] = measured[name].clone()
