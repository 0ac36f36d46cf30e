"""What an objective sees of an iteration: the domains of the mini-batch."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor, nn

from mmuda.models.taps import read_taps, record_taps

if TYPE_CHECKING:
    from mmuda.models.adaptor import DomainAdaptor


@dataclass
class DomainBatch:
    """The images of one domain in a mini-batch.

    Args:
        inputs: Normalised images, float, shape (N, bands, H, W).
        data_samples: MMSeg's data samples, one an image; those of the target
            hold no labels.
        valid: Where the images are valid, bool, shape (N, 1, H, W); None where all
            pixels are.
    """

    inputs: Tensor
    data_samples: list
    valid: Tensor | None = None

    def __len__(self) -> int:
        return len(self.data_samples)


class Domains(Mapping[str, DomainBatch]):
    """The domains of a mini-batch by name, with the segmentor that maps them.

    It lives for one phase, within which weights stand still: what one objective has
    computed of a domain serves the others (:meth:`segmentation_losses`,
    :meth:`outputs`).

    Args:
        batch: :class:`DomainBatch` by domain name, in the preprocessor's order.
        model: The adaptor in training.
    """

    def __init__(self, batch: dict[str, DomainBatch], model: 'DomainAdaptor') -> None:
        self._batch = batch
        self._model = model
        self._outputs: dict[str, dict[str, Tensor]] = {}

    def __getitem__(self, name: str) -> DomainBatch:
        try:
            return self._batch[name]
        except KeyError:
            raise ValueError(
                f'the mini-batch holds no {name!r} images, only {list(self._batch)}: '
                'check the dataset and the sampler'
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._batch)

    def __len__(self) -> int:
        return len(self._batch)

    @property
    def sources(self) -> list[str]:
        """Names of the labelled domains, in order."""
        return [name for name in self._batch if name != 'target']

    @property
    def segmentor(self) -> nn.Module:
        """The MMSeg segmentor in training."""
        return self._model.segmentor

    @property
    def state(self) -> dict:
        """What earlier phases of this iteration left for later ones."""
        return self._model.state

    def segmentation_losses(self, name: str) -> dict[str, Tensor]:
        """The segmentor's own losses on the labels of a domain."""
        with record_taps(self.segmentor, self._model.taps) as outputs:
            losses = self.segmentor.loss(self[name].inputs, self[name].data_samples)
        self._outputs[name] = outputs
        return losses

    def outputs(self, name: str, taps: Sequence[str]) -> dict[str, Tensor]:
        """Outputs of inner layers for one domain, with their graph.

        They are those of the forward pass that :meth:`segmentation_losses` made in
        this phase; without one, of a pass that reads what all objectives tap.

        Args:
            name: The domain.
            taps: See :func:`mmuda.models.taps.read_taps`.

        Returns:
            ``{tap: (N, D, h, w)}``.
        """
        known = self._outputs.get(name, {})
        if not known.keys() >= set(taps):
            wanted = (*self._model.taps, *taps)
            known = read_taps(self.segmentor, self[name].inputs, wanted)
            self._outputs[name] = known
        return {tap: known[tap] for tap in taps}

    def features(
        self, taps: Sequence[str], graph_for: str | None = None
    ) -> dict[str, dict[str, Tensor]]:
        """Outputs of inner layers for all domains.

        Each domain passes through the segmentor by itself, so that batch
        normalisation takes the statistics of that domain, as it does at test time
        with ``TargetStatisticsHook``.

        Args:
            taps: See :func:`mmuda.models.taps.read_taps`.
            graph_for: A later phase that will back-propagate through the result.
                The parameters of that phase are recorded, so that the forward
                pass is not repeated; the current phase must detach.

        Returns:
            ``{tap: {domain: (N, D, h, w)}}``.
        """
        recorded = (
            nullcontext()
            if graph_for is None
            else self._model.requires_grad_of(graph_for)
        )
        with recorded:
            outputs = {
                name: read_taps(self.segmentor, domain.inputs, taps)
                for name, domain in self._batch.items()
            }
        return {
            tap: {name: output[tap] for name, output in outputs.items()} for tap in taps
        }
