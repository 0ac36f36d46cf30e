"""What an objective sees of an iteration: the domains and what passes make of them."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from mmuda.models.normalisation import DomainStatistics
from mmuda.models.passes import Passes
from mmuda.models.validity import valid_mean

SOURCE, TARGET = 'source', 'target'


@dataclass
class DomainBatch:
    """The images of one domain in a mini-batch.

    Args:
        inputs: Normalised images, float, shape (N, bands, H, W); 0 at invalid pixels.
        data_samples: MMSeg's data samples, one per image; those of the target
            hold no labels, others none at invalid pixels.
        valid: Where the images are valid, bool, shape (N, 1, H, W); None where all
            pixels are.
        role: ``'source'``, ``'target'``, or what an objective calls a domain that it
            makes, such as ``'mixed'``.
    """

    inputs: Tensor
    data_samples: list
    valid: Tensor | None = None
    role: str = SOURCE

    def __len__(self) -> int:
        return len(self.data_samples)

    def mean(self, values: Tensor) -> Tensor:
        """Mean of values (N, C, h, w) over the valid part of the images."""
        return valid_mean(values, self.valid)


class Domains(Mapping[str, DomainBatch]):
    """The domains of a mini-batch by name, for the whole of an iteration.

    All forward passes are asked for here (see :class:`~mmuda.models.passes.Passes`):
    none is made twice on the same images and weights, whoever asks first and in
    whatever phase.

    Args:
        batch: :class:`DomainBatch` by domain name, sources first, target last.
        passes: The forward passes of the iteration.
        preprocessor: The model's ``DomainDataPreprocessor``.
    """

    def __init__(
        self, batch: dict[str, DomainBatch], passes: Passes, preprocessor: nn.Module
    ) -> None:
        self._batch = dict(batch)
        self._passes = passes
        self._preprocessor = preprocessor

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
        """Names of the labelled domains of the data, in order."""
        return [name for name, batch in self._batch.items() if batch.role == SOURCE]

    @property
    def segmentor(self) -> nn.Module:
        """The MMSeg segmentor in training."""
        return self._passes.segmentor

    @property
    def statistics(self) -> DomainStatistics:
        """What batch normalisation remembers of each domain."""
        return self._passes.statistics

    def begin(self, phase: str) -> None:
        """The model begins a phase."""
        self._passes.begin(phase)

    def finish(self, changed: Collection[nn.Parameter]) -> None:
        """The model has finished a phase, in which these parameters have changed."""
        self._passes.finish(changed)

    def add(self, name: str, batch: DomainBatch) -> None:
        """Let the others see a domain that an objective has made, till the end.

        Args:
            name: How it is asked for from now on.
            batch: Its images; with labels, if it is to be learned from.

        Raises:
            ValueError: If there is such a domain already.
        """
        if name in self._batch:
            raise ValueError(f'the mini-batch has a domain {name!r} already')
        self._batch[name] = batch

    def outputs(
        self,
        name: str,
        taps: Sequence[str],
        phases: Sequence[str] | None = None,
        as_of: str | None = None,
    ) -> dict[str, Tensor]:
        """Outputs of inner layers for one domain, each domain in a pass by itself.

        Args:
            name: The domain.
            taps: See :func:`mmuda.models.taps.read_taps`.
            phases: The phases that will back-propagate through the result; by default
                the current one. To every other phase it comes detached.
            as_of: A phase: the outputs of the pass that was made in it, detached, even
                if the weights have changed since (as the discriminators of published
                code learn from the predictions before the segmentor's step).

        Returns:
            ``{tap: (N, D, h, w)}``.
        """
        return self._passes.outputs(self[name], taps, phases, as_of)

    def segmentation_losses(
        self,
        name: str,
        weights: Tensor | None = None,
        phases: Sequence[str] | None = None,
    ) -> dict[str, Tensor]:
        """The segmentor's own losses on the labels of a domain.

        Args:
            name: The domain.
            weights: Of each pixel, shape (N, H, W); see
                :func:`~mmuda.models.pixel_weights.pixel_weights`.
            phases: See :meth:`outputs`. Asked for in an earlier phase, their pass
                serves those as well who read layers until then.
        """
        return self._passes.losses(self[name], weights, phases)

    def observe(self, name: str) -> None:
        """Let batch normalisation see a domain of the mini-batch, if nobody has.

        Without a pass of its own in training a domain would have no running statistics.
        """
        if name in self._batch:
            self._passes.observe(self._batch[name])

    def through(
        self,
        call: Callable,
        *inputs: Tensor,
        phases: Sequence[str] | None = None,
        as_of: str | None = None,
    ) -> Tensor:
        """What an objective's own network, or a function, makes of tensors.

        Asked for again with the same tensors, it is not computed again, as long as the
        network's weights have not changed.

        Args:
            call: A module, a function, or a method of an object that lives on. What it
                returns depends on ``inputs`` and the weights of the module alone.
            *inputs: Tensors, detached or not.
            phases: See :meth:`outputs`.
            as_of: Likewise.
        """
        return self._passes.through(call, *inputs, phases=phases, as_of=as_of)

    def images(self, name: str) -> Tensor:
        """Images of a domain in the units of its files, (N, bands, H, W)."""
        domain = self._statistics_of(name)
        return self._preprocessor.denormalise(self[name].inputs, domain)

    def normalised(self, images: Tensor, like: str) -> Tensor:
        """Images in the units of files, as the segmentor sees those of ``like``."""
        return self._preprocessor.normalise(images, self._statistics_of(like))

    def _statistics_of(self, name: str) -> str:
        """The domain whose normalisation ``name`` has: its own, or the target's."""
        return name if self[name].role in (SOURCE, TARGET) else TARGET
