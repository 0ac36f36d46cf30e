"""The forward passes of an iteration: asked for here, and made once."""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from mmuda.models.accuracy import quick_accuracy
from mmuda.models.normalisation import DomainStatistics
from mmuda.models.pixel_weights import pixel_weights
from mmuda.models.taps import ParametersRead, read_taps, record_taps

if TYPE_CHECKING:
    from mmuda.models.domains import DomainBatch

Outputs = Any  # a tensor, or a dict, list or tuple of such
ALL = ('*',)  # instead of taps: the whole segmentor, with its losses


@dataclass
class _Pass:
    """A forward pass that was made.

    Args:
        what: The module or function.
        inputs: What went in; held, so that no other tensor takes its memory.
        outputs: What came out.
        made_in: Phase.
        recorded: Phases whose parameters its graph leads to.
        reads: Parameters that it depends on.
        losses: The segmentor's own losses, if it computed them.
        labels: The data samples that they are about, None if somebody's weights went
            into them.
    """

    what: tuple
    inputs: tuple
    outputs: Outputs
    made_in: str
    recorded: frozenset[str]
    reads: frozenset[nn.Parameter]
    losses: dict[str, Tensor] | None = None
    labels: list | None = None
    outdated: bool = False  # a parameter has changed since
    handed_out: bool = False  # in the current phase, with its graph
    spent: bool = False  # a phase has back-propagated through it

    def serves(self, phases: frozenset[str], inputs: tuple) -> bool:
        """Whether ``phases`` can back-propagate through it as it is."""
        if self.outdated:
            return False
        if not phases:
            return True
        same_graph = _require_gradients(self.inputs) == _require_gradients(inputs)
        return same_graph and phases <= self.recorded and not self.spent

    def let_go(self) -> None:
        """Free the graph; values stay."""
        self.inputs = _detached(self.inputs)
        self.outputs = _detached(self.outputs)
        self.losses = _detached(self.losses)
        self.spent = True


class Passes:
    """Makes the forward passes that objectives ask for, none of them twice.

    A pass is made again only if something that it depends on has changed: the images,
    a parameter that it reads (a phase has really stepped, which it has not in the
    middle of an accumulation window), or the phases that back-propagate through it. A
    graph is recorded for exactly the phases that a request names; to any other phase
    the same outputs come detached. So a discriminator and a generator that learn from
    one image in two phases share one pass, and the graph lives until the phase that
    needs it.

    Args:
        segmentor: Any MMSeg segmentor.
        statistics: What batch normalisation normalises with.
        recording: Called with names of phases: a context within which exactly their
            parameters require gradients.
        taps_of: Called with names of phases, or None for all: the layers that somebody
            reads in them.
        reads: What passes of ``segmentor`` by taps depend on, known from earlier
            iterations; filled here.
    """

    def __init__(
        self,
        segmentor: nn.Module,
        statistics: DomainStatistics,
        recording: Callable[..., AbstractContextManager],
        taps_of: Callable[[Collection[str] | None], Iterable[str]],
        reads: dict[tuple[str, ...], frozenset[nn.Parameter]],
    ) -> None:
        self.segmentor = segmentor
        self.statistics = statistics
        self._recording = recording
        self._taps_of = taps_of
        self._reads = reads
        self._made: dict[tuple, list[_Pass]] = {}
        self._roles: set[str] = set()  # that have passed the segmentor
        self._phase = ''

    def begin(self, phase: str) -> None:
        """A phase begins; only its parameters require gradients now."""
        self._phase = phase

    def finish(self, changed: Collection[nn.Parameter]) -> None:
        """A phase has ended.

        Args:
            changed: Parameters that it has changed; none, if its optimizer is still
                accumulating.
        """
        changed = frozenset(changed)
        for made in (made for passes in self._made.values() for made in passes):
            made.outdated |= not changed.isdisjoint(made.reads)
            if made.handed_out or made.outdated:
                made.let_go()
            made.handed_out = False

    def outputs(
        self,
        batch: 'DomainBatch',
        taps: Sequence[str],
        phases: Sequence[str] | None = None,
        as_of: str | None = None,
    ) -> dict[str, Tensor]:
        """See :meth:`mmuda.models.domains.Domains.outputs`."""
        wanted = self._wanted(phases)

        def make() -> tuple[Outputs, frozenset[nn.Parameter]]:
            with_others = (*taps, *self._taps_of({self._phase, *wanted}))
            self._roles.add(batch.role)
            with self.statistics.of(batch.role):
                return self._read(batch.inputs, tuple(dict.fromkeys(with_others)))

        found = self._ask(
            (self.segmentor, None),
            (batch.inputs,),
            make,
            wanted,
            as_of,
            suits=lambda made: made.outputs.keys() >= set(taps),
        )
        return {tap: found[tap] for tap in taps}

    def losses(
        self,
        batch: 'DomainBatch',
        weights: Tensor | None = None,
        phases: Sequence[str] | None = None,
    ) -> dict[str, Tensor]:
        """See :meth:`mmuda.models.domains.Domains.segmentation_losses`."""
        wanted = self._wanted(phases)
        what, inputs = (self.segmentor, None), (batch.inputs,)
        made = None
        if weights is None:
            samples = batch.data_samples
            made = self._find(what, inputs, wanted, lambda p: p.labels is samples)
        if made is None:
            with self._recording_for(wanted):
                outputs, losses = self._learn(batch, weights)
            made = self._keep(what, inputs, outputs, wanted, self._all_parameters())
            made.losses = losses
            # Weights are the caller's alone.
            made.labels = batch.data_samples if weights is None else None
        return self._hand_out(made, made.losses, wanted)

    def _all_parameters(self) -> frozenset[nn.Parameter]:
        """Those of the segmentor, looked up once."""
        if ALL not in self._reads:
            self._reads[ALL] = frozenset(self.segmentor.parameters())
        return self._reads[ALL]

    def _learn(
        self, batch: 'DomainBatch', weights: Tensor | None
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Outputs of all layers that somebody reads, and the segmentor's losses."""
        weighted = nullcontext()
        if weights is not None:
            weighted = pixel_weights(self.segmentor, weights)
        self._roles.add(batch.role)
        with (
            self.statistics.of(batch.role),
            weighted,
            quick_accuracy(),
            record_taps(self.segmentor, self._taps_of(None)) as outputs,
        ):
            losses = self.segmentor.loss(batch.inputs, batch.data_samples)
        return outputs, losses

    def observe(self, batch: 'DomainBatch') -> None:
        """See :meth:`mmuda.models.domains.Domains.observe`."""
        if batch.role not in self._roles and self.statistics.learning:
            self._roles.add(batch.role)
            with torch.no_grad(), self.statistics.of(batch.role):
                self.segmentor(batch.inputs, mode='tensor')

    def through(
        self,
        call: Callable,
        *inputs: Tensor,
        phases: Sequence[str] | None = None,
        as_of: str | None = None,
    ) -> Outputs:
        """See :meth:`mmuda.models.domains.Domains.through`."""
        owner = getattr(call, '__self__', call)
        reads = owner.parameters() if isinstance(owner, nn.Module) else ()
        return self._ask(
            (owner, getattr(call, '__func__', None)),
            inputs,
            lambda: (call(*inputs), frozenset(reads)),
            self._wanted(phases),
            as_of,
        )

    def _wanted(self, phases: Sequence[str] | None) -> frozenset[str]:
        if phases is None or isinstance(phases, str):
            phases = [phases or self._phase]
        return frozenset(phases)

    def _ask(
        self,
        what: tuple,
        inputs: tuple,
        make: Callable[[], tuple[Outputs, frozenset[nn.Parameter]]],
        wanted: frozenset[str],
        as_of: str | None,
        suits: Callable[[_Pass], bool] = lambda _: True,
    ) -> Outputs:
        """The outputs of a pass that was made, or is made now."""
        if as_of is not None:
            wanted = frozenset()
            for made in filter(suits, self._known(what, inputs)):
                if made.made_in == as_of:
                    return _detached(made.outputs)
        made = self._find(what, inputs, wanted, suits)
        if made is None:
            with self._recording_for(wanted):
                outputs, reads = make()
            made = self._keep(what, inputs, outputs, wanted, reads)
        return self._hand_out(made, made.outputs, wanted)

    def _find(
        self,
        what: tuple,
        inputs: tuple,
        wanted: frozenset[str],
        suits: Callable[[_Pass], bool],
    ) -> _Pass | None:
        """The first pass that ``wanted`` phases can use as it is."""
        known = filter(suits, self._known(what, inputs))
        return next((made for made in known if made.serves(wanted, inputs)), None)

    def _recording_for(self, wanted: frozenset[str]) -> AbstractContextManager:
        # In its own phase nothing has to be switched.
        own = wanted == {self._phase}
        return nullcontext() if own else self._recording(*wanted)

    def _hand_out(
        self, made: _Pass, values: Outputs, wanted: frozenset[str]
    ) -> Outputs:
        """With their graph, if the current phase back-propagates through it."""
        if self._phase not in wanted:
            return _detached(values)
        made.handed_out = True
        return values

    def _known(self, what: tuple, inputs: tuple) -> list[_Pass]:
        return self._made.setdefault((*map(id, what), *map(_identity, inputs)), [])

    def _keep(
        self,
        what: tuple,
        inputs: tuple,
        outputs: Outputs,
        recorded: frozenset[str],
        reads: frozenset[nn.Parameter],
    ) -> _Pass:
        made = _Pass(what, inputs, outputs, self._phase, recorded, reads)
        made.handed_out = self._phase in recorded
        self._known(what, inputs).append(made)
        return made

    def _read(
        self, images: Tensor, taps: tuple[str, ...]
    ) -> tuple[dict[str, Tensor], frozenset[nn.Parameter]]:
        """Outputs of ``taps``, and the parameters that they depend on."""
        if taps not in self._reads:
            with ParametersRead(self.segmentor) as read:
                outputs = read_taps(self.segmentor, images, taps)
            self._reads[taps] = frozenset(read.parameters)
            return outputs, self._reads[taps]
        return read_taps(self.segmentor, images, taps), self._reads[taps]


def _identity(value: object) -> tuple:
    """Equal for tensors that share their memory and were not changed in between."""
    if not isinstance(value, Tensor):
        return (type(value), value)
    where = value.data_ptr(), value.storage_offset(), value.shape, value.stride()
    return (*where, value.dtype, value.device, value._version)


def _require_gradients(inputs: tuple) -> tuple[bool, ...]:
    return tuple(isinstance(x, Tensor) and x.requires_grad for x in inputs)


def _detached(values: Outputs) -> Outputs:
    """The same values without a graph."""
    if isinstance(values, Tensor):
        return values.detach()
    if isinstance(values, dict):
        return {key: _detached(value) for key, value in values.items()}
    if isinstance(values, (list, tuple)):
        return type(values)(_detached(value) for value in values)
    return values
