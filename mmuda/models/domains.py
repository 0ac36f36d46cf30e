"""What an objective sees of an iteration: the domains of the mini-batch."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from mmuda.models.taps import read_taps

if TYPE_CHECKING:
    from mmuda.models.adaptor import DomainAdaptor


@dataclass
class DomainBatch:
    """The images of one domain in a mini-batch.

    Args:
        inputs: Normalised images, float, shape (N, bands, H, W).
        data_samples: MMSeg's data samples, one an image; those of the target
            hold no labels.
    """

    inputs: Tensor
    data_samples: list

    def __len__(self) -> int:
        return len(self.data_samples)


class Domains(Mapping[str, DomainBatch]):
    """The domains of a mini-batch by name, with the segmentor that maps them.

    Args:
        batch: :class:`DomainBatch` by domain name, in the preprocessor's order.
        model: The adaptor in training.
    """

    def __init__(self, batch: dict[str, DomainBatch], model: 'DomainAdaptor') -> None:
        self._batch = batch
        self._model = model

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
    def segmentor(self) -> torch.nn.Module:
        """The MMSeg segmentor in training."""
        return self._model.segmentor

    @property
    def state(self) -> dict:
        """What earlier phases of this iteration left for later ones."""
        return self._model.state

    def features(
        self, taps: Iterable[str], graph_for: str | None = None
    ) -> dict[str, dict[str, Tensor]]:
        """Outputs of inner layers for all domains, in one joint forward pass.

        The images of all domains pass through the segmentor together, as one
        mini-batch, so that batch statistics are those of the mini-batch.

        Args:
            taps: See :func:`mmuda.models.taps.read_taps`.
            graph_for: A later phase that will back-propagate through the result.
                The parameters of that phase are recorded, so that the forward
                pass is not repeated; the current phase must detach.

        Returns:
            ``{tap: {domain: (N, D, h, w)}}``.
        """
        inputs = torch.cat([domain.inputs for domain in self._batch.values()])
        sizes = [len(domain) for domain in self._batch.values()]
        if graph_for is None:
            outputs = read_taps(self.segmentor, inputs, taps)
        else:
            with self._model.requires_grad_of(graph_for):
                outputs = read_taps(self.segmentor, inputs, taps)
        return {
            tap: dict(zip(self._batch, output.split(sizes), strict=True))
            for tap, output in outputs.items()
        }
