"""An iteration as an ordered list of phases: the one training step of mmuda.

Everything adversarial has one shape: some modules learn while the rest stands
still, then others learn. :class:`PhasedModel` runs that shape;
:class:`PhasedDistributedDataParallel` runs it on several processes.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from mmengine.model import BaseModel, MMDistributedDataParallel
from mmengine.optim import OptimWrapperDict
from mmengine.registry import MODEL_WRAPPERS
from torch import Tensor, nn

Losses = dict[str, Tensor]


@dataclass(frozen=True)
class Phase:
    """One step of an iteration: which modules learn in it.

    Args:
        name: Also the name of the phase's optimizer in ``optim_wrapper``.
        updates: Dotted paths of the modules that learn, such as
            ``('segmentor.backbone', 'segmentor.decode_head.bottleneck')``.
        every: With 3 the phase takes part in the third iteration, the sixth and so
            on.
    """

    name: str
    updates: tuple[str, ...]
    every: int = 1


class PhasedModel(BaseModel):
    """A model whose training step is a sequence of phases.

    For each phase of the iteration, in order: only ``phase.updates`` require
    gradients; the losses of the phase are computed; the optimizer named after the
    phase takes one step on their sum. Each phase has its own gradients, also where
    two phases update the same module, so that gradient accumulation never mixes them.

    What one phase leaves for a later one goes into :attr:`state`, emptied at the start
    of an iteration. :attr:`gradients` holds, by phase, those that wait for a step in
    the middle of an accumulation window.

    Args:
        phases: Dicts with the fields of :class:`Phase`, in order.
        data_preprocessor: As in :class:`mmengine.model.BaseModel`.
        init_cfg: As in :class:`mmengine.model.BaseModule`.

    Raises:
        ValueError: If there is no phase, two have the same name, or one takes part
            in no iteration.
    """

    def __init__(
        self,
        phases: Sequence[dict],
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        self.phases = [
            Phase(p['name'], tuple(p['updates']), p.get('every', 1)) for p in phases
        ]
        names = [phase.name for phase in self.phases]
        if not names or len(set(names)) < len(names):
            raise ValueError(f'phases must have different names, got {names}')
        if any(phase.every < 1 for phase in self.phases):
            found = {phase.name: phase.every for phase in self.phases}
            raise ValueError(f'every of a phase must be at least 1, got {found}')
        if any(phase.every > 1 for phase in self.phases):
            self.register_buffer('iterations', torch.zeros((), dtype=torch.long))
        self.state: dict[str, object] = {}
        self._learnable: dict[str, list[nn.Parameter]] = {}
        self._all: list[nn.Parameter] = []
        self.gradients: dict[str, dict[nn.Parameter, Tensor]] = {}

    def begin_iteration(self, batch: dict) -> object:
        """What the phases of the iteration that begins get of the mini-batch."""
        return batch

    @abstractmethod
    def phase_losses(self, phase: str, batch: object) -> Losses:
        """Losses of one phase: scalars, those with 'loss' in their name are summed.

        Without any, nobody learns in the phase this time.
        """

    def finish_phase(self, phase: str, batch: object, stepped: bool) -> None:
        """A phase is over.

        Args:
            phase: Its name.
            batch: What :meth:`begin_iteration` returned.
            stepped: Whether its optimizer has changed the weights; in the middle of an
                accumulation window it has not.
        """

    def learnable(self, phase: str) -> list[nn.Parameter]:
        """Parameters that ``phase`` updates, each once, in the order of the model.

        Parameters that the model itself froze (``frozen_stages``) are left out.

        Raises:
            ValueError: If there is no such phase, a path of ``updates`` names no
                module, or nothing learns.
        """
        if not self._learnable:
            self._learnable = self.resolve_updates()
        if phase not in self._learnable:
            raise ValueError(
                f'there is no phase {phase!r}, the model has {list(self._learnable)}'
            )
        return self._learnable[phase]

    def resolve_updates(self) -> dict[str, list[nn.Parameter]]:
        """What :meth:`learnable` keeps, by phase, looked up anew."""
        # Some backbones freeze their stages only when put into training mode.
        self.train(self.training)
        return {phase.name: self._resolve(phase) for phase in self.phases}

    def _resolve(self, phase: Phase) -> list[nn.Parameter]:
        wanted: set[nn.Parameter] = set()
        for path in phase.updates:
            try:
                wanted.update(self.get_submodule(path).parameters())
            except AttributeError as error:
                raise ValueError(
                    f'phase {phase.name!r} updates {path!r}, which the model lacks: '
                    f'{error}'
                ) from error
        learnable = [p for p in self.parameters() if p in wanted and p.requires_grad]
        if not learnable:
            raise ValueError(f'phase {phase.name!r} updates nothing that can learn')
        return learnable

    @contextmanager
    def requires_grad_of(self, *phases: str) -> Iterator[None]:
        """Within it, exactly the parameters of ``phases`` require gradients."""
        learn = {p for phase in phases for p in self.learnable(phase)}
        changed = [p for p in self._everything() if p.requires_grad != (p in learn)]
        try:
            _switch(changed)
            yield
        finally:
            _switch(changed)

    def _everything(self) -> list[nn.Parameter]:
        """All parameters; looked up once, since it takes a walk over all modules."""
        if not self._all:
            self._all = list(self.parameters())
        return self._all

    @contextmanager
    def _gradients_of(self, phase: str) -> Iterator[None]:
        """Give the parameters this phase's own gradients, and take them back."""
        kept = self.gradients.pop(phase, {})
        for parameter in self.learnable(phase):
            parameter.grad = kept.get(parameter)
        try:
            yield
        finally:
            # Non-empty only in the middle of an accumulation window.
            gradients = {p: p.grad for p in self.learnable(phase) if p.grad is not None}
            if gradients:
                self.gradients[phase] = gradients
            for parameter in self.learnable(phase):
                parameter.grad = None

    def train_step(self, data: dict, optim_wrapper: OptimWrapperDict) -> Losses:
        """Run all phases on one batch; returns what is logged."""
        return self.run_phases(data, optim_wrapper, forward=self)

    def run_phases(
        self, data: dict, optim_wrapper: OptimWrapperDict, forward: Callable
    ) -> Losses:
        """The training step, with the call that computes losses left open.

        Args:
            data: A batch as the data loader gives it.
            optim_wrapper: One :class:`OptimWrapper` per phase, by name.
            forward: The model, or the wrapper through which it must be called.

        """
        self.state = {}
        batch = self.begin_iteration(self.data_preprocessor(data, True))
        logged: Losses = {}
        for phase in self._phases_of_iteration():
            wrapper = optim_wrapper[phase.name]
            with self.requires_grad_of(phase.name), self._gradients_of(phase.name):
                with wrapper.optim_context(forward):
                    losses = forward(batch, mode='phase', phase=phase.name)
                total, log = self.parse_losses(losses)
                learns = any('loss' in name for name in losses)
                if learns:
                    wrapper.update_params(total)
                    log[f'loss_{phase.name}'] = log['loss']
            log.pop('loss')
            logged.update(log)
            self.finish_phase(phase.name, batch, learns and wrapper.should_update())
        self.state = {}
        return logged

    def _phases_of_iteration(self) -> list[Phase]:
        """The phases of the iteration that begins."""
        if all(phase.every == 1 for phase in self.phases):
            return self.phases
        self.iterations += 1
        number = int(self.iterations)
        return [phase for phase in self.phases if number % phase.every == 0]

    def forward(
        self,
        inputs: object,
        data_samples: list | None = None,
        mode: str = 'tensor',
        phase: str | None = None,
    ) -> object:
        """Losses of a phase (``mode='phase'``), or what :meth:`infer` gives."""
        if mode == 'phase':
            return self.phase_losses(phase, inputs)
        return self.infer(inputs, data_samples, mode)

    @abstractmethod
    def infer(self, inputs: Tensor, data_samples: list | None, mode: str) -> object:
        """Forward pass outside training, ``mode`` as in mmengine's models."""


def _switch(parameters: list[nn.Parameter]) -> None:
    for parameter in parameters:
        parameter.requires_grad_(not parameter.requires_grad)


# The runner looks wrappers up in mmengine's root registry only.
@MODEL_WRAPPERS.register_module()
class PhasedDistributedDataParallel(MMDistributedDataParallel):
    """``DistributedDataParallel`` for a :class:`PhasedModel`.

    mmengine's wrapper never calls a model's own ``train_step``. This one runs the
    model's phases and sends each through the wrapper's ``forward``, one forward
    per backward, so that the gradients of each phase are averaged over processes.
    It works on the GPU (nccl) and without one (gloo).

    Args:
        module: The model.
        device_ids: Ignored: the preprocessor has moved the batch already, and a
            second move would copy it.
        **kwargs: Those of :class:`MMDistributedDataParallel`.
    """

    def __init__(
        self,
        module: PhasedModel,
        device_ids: Sequence[int] | None = None,
        **kwargs: object,
    ) -> None:
        del device_ids
        # A phase leaves the modules of the other phases without a gradient.
        kwargs.setdefault('find_unused_parameters', True)
        kwargs.setdefault('broadcast_buffers', False)
        super().__init__(module=module, device_ids=None, **kwargs)

    @contextmanager
    def no_sync(self) -> Iterator[None]:
        """Nothing: gradients are averaged within an accumulation window as well.

        What is averaged in every iteration adds up to what would be averaged at the
        end. Were it left out, the wrapper would expect a gradient of every parameter
        that any phase used since, also of those that the phase at hand leaves alone.
        """
        yield

    def train_step(self, data: dict, optim_wrapper: OptimWrapperDict) -> Losses:
        """Run the phases of the wrapped model, each through this wrapper."""
        return self.module.run_phases(data, optim_wrapper, forward=self)
