"""One optimizer per phase."""

from typing import Any

from mmengine.model import is_model_wrapper
from mmengine.optim import (
    DefaultOptimWrapperConstructor,
    OptimWrapper,
    OptimWrapperDict,
)
from mmseg.registry import OPTIM_WRAPPER_CONSTRUCTORS
from torch import nn

from mmuda.models.phased import PhasedModel


class PhasedOptimWrapperDict(OptimWrapperDict):
    """mmengine's dict of optimizers, told when training starts and ends.

    mmengine's own leaves its members ignorant of the number of iterations; the rest
    of an accumulation window at the end of training would never be applied.

    Args:
        shared: Phases that step with the optimizer of another phase, by that.
        **wrappers: The optimizers, by phase.
    """

    def __init__(
        self, shared: dict[str, str] | None = None, **wrappers: OptimWrapper
    ) -> None:
        super().__init__(**wrappers)
        self.shared = shared or {}

    def __getitem__(self, phase: str) -> OptimWrapper:
        return super().__getitem__(self.shared.get(phase, phase))

    def initialize_count_status(
        self, model: nn.Module, init_counts: int, max_counts: int
    ) -> None:
        """Tell every member where in the training it stands."""
        inner = model.module if is_model_wrapper(model) else model
        for name, wrapper in self.items():
            # A phase of every third iteration steps a third as often.
            every = next(phase.every for phase in inner.phases if phase.name == name)
            counts = init_counts // every, max_counts // every
            wrapper.initialize_count_status(model, *counts)


def _part(model: nn.Module, learnable: set[nn.Parameter], prefix: str) -> nn.Module:
    """``model`` with nothing but ``learnable``, under the same names.

    mmengine's constructor takes a module; its rules for single parameters
    (``paramwise_cfg``) go by the names that parameters have in it.
    """
    part = nn.Module()
    for name, parameter in model.named_parameters(prefix=prefix):
        if parameter in learnable:
            *path, leaf = name.split('.')
            owner = part
            for step in path:
                if step not in owner._modules:
                    owner.add_module(step, nn.Module())
                owner = owner._modules[step]
            owner.register_parameter(leaf, parameter)
    return part


class _FewGroups(DefaultOptimWrapperConstructor):
    """mmengine's constructor, with one group for all parameters of equal options.

    With a ``paramwise_cfg`` mmengine makes a group of every parameter, each of which
    costs the optimizer a step of its own.
    """

    def add_params(
        self,
        params: list[dict],
        module: nn.Module,
        prefix: str = '',
        **rest: object,
    ) -> None:
        """Fill ``params`` with the groups of ``module``; calls itself."""
        super().add_params(params, module, prefix, **rest)
        if prefix:  # in the middle of the model
            return
        groups: dict[str, dict] = {}
        for group in params:
            options = {k: v for k, v in group.items() if k != 'params'}
            same = groups.setdefault(repr(options), dict(params=[], **options))
            same['params'] += group['params']
        params[:] = groups.values()


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class PhasedOptimWrapperConstructor:
    """Builds the optimizer of each phase over exactly what the phase updates.

    In a config::

        optim_wrapper = dict(
            constructor='PhasedOptimWrapperConstructor',
            supervise=dict(type='OptimWrapper', optimizer=dict(type='Adadelta')),
            critic=dict(...),
            align='supervise')  # two steps of one optimizer, with one momentum

    Args:
        optim_wrapper_cfg: Configs of optimizer wrappers by name of the phase.
        paramwise_cfg: Must be None; each phase has a ``paramwise_cfg`` of its own.

    Raises:
        ValueError: If phases and optimizers do not have the same names, phases share
            an optimizer that do not update the same, or accumulate gradients with it,
            or ``paramwise_cfg`` is given here.
    """

    def __init__(
        self, optim_wrapper_cfg: dict, paramwise_cfg: dict | None = None
    ) -> None:
        if paramwise_cfg is not None:
            raise ValueError('paramwise_cfg belongs into the optimizer of a phase')
        self.configs = {
            name: dict(cfg)
            for name, cfg in optim_wrapper_cfg.items()
            if isinstance(cfg, dict)
        }
        self.shared = {
            name: owner
            for name, owner in optim_wrapper_cfg.items()
            if isinstance(owner, str) and owner in self.configs
        }

    def __call__(self, model: nn.Module) -> OptimWrapper | OptimWrapperDict:
        """Build the optimizers of ``model``, a :class:`PhasedModel` or its wrapper."""
        model = model.module if is_model_wrapper(model) else model
        if not isinstance(model, PhasedModel):
            raise ValueError(
                f'optimizers by phase need a PhasedModel, got {type(model).__name__}'
            )
        phases = [phase.name for phase in model.phases]
        known = {*self.configs, *self.shared}
        if set(phases) != known:
            raise ValueError(
                f'the model has the phases {phases}, optim_wrapper has '
                f'{sorted(known)}: each phase needs one'
            )
        self._check_shared(model)
        return PhasedOptimWrapperDict(
            self.shared,
            **{n: self._build(model, n) for n in phases if n in self.configs},
        )

    def _check_shared(self, model: PhasedModel) -> None:
        for phase, owner in self.shared.items():
            if model.learnable(phase) != model.learnable(owner):
                raise ValueError(
                    f'phase {phase!r} has the optimizer of {owner!r}, but does not '
                    'update the same modules'
                )
            if self.configs[owner].get('accumulative_counts', 1) > 1:
                raise ValueError(
                    f'phases {phase!r} and {owner!r} share an optimizer, which can not '
                    'accumulate gradients (accumulative_counts)'
                )

    def _build(self, model: PhasedModel, phase: str) -> OptimWrapper:
        cfg: dict[str, Any] = dict(self.configs[phase])
        cfg.setdefault('type', 'OptimWrapper')
        paramwise_cfg = cfg.pop('paramwise_cfg', None)
        part = _part(model, set(model.learnable(phase)), prefix='')
        wrapper = _FewGroups(cfg, paramwise_cfg)(part)
        # PyTorch looks into them at every parameter; mmengine's are slow at it.
        groups = wrapper.optimizer.param_groups
        groups[:] = [dict(group) for group in groups]
        return wrapper
