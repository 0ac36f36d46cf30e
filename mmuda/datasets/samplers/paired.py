"""A source image and its partner in the same mini-batch."""

from functools import cached_property

import numpy as np
from mmseg.registry import DATA_SAMPLERS

from mmuda.datasets.domain import DomainConcatDataset
from mmuda.datasets.samplers.domain_sampler import DomainSampler
from mmuda.pairing.mapping import ImageSet, Mapping


@DATA_SAMPLERS.register_module()
class PairedSampler(DomainSampler):
    """Pairs of a source and a target image, source first.

    Mini-batch composition of Gritzner and Ostermann 2020, Sect. 4.3: for every
    source image in the mini-batch its partner M(x) is in it as well. Give the data
    loader an even ``batch_size``: it counts images, two a pair.

    Args:
        dataset: One source and the target.
        mapping: CSV file of a mapping M (``tools/pair.py`` makes one). Without it
            every source image meets a random target image, another in each pass.
        subset: Train on a fixed subset of so many source images, drawn by the seed
            ("only a fixed subset of X^S", Sect. 5.2); all of them by default.
        seed: See :class:`DomainSampler`.

    Raises:
        ValueError: If the mapping does not fit the data, or ``subset`` is out of
            range.
    """

    group_size = 2

    def __init__(
        self,
        dataset: DomainConcatDataset,
        mapping: str | None = None,
        subset: int | None = None,
        seed: int | None = None,
    ) -> None:
        super().__init__(dataset, seed)
        available = len(dataset.indices('source'))
        if subset is not None and not 0 < subset <= available:
            raise ValueError(
                f'subset must be in 1..{available}, the number of source images, '
                f'got {subset}'
            )
        self.subset = subset
        self._partner = None if mapping is None else self._read(mapping)

    def _read(self, file: str) -> dict[int, int]:
        source, target = (
            self.dataset.datasets[self.dataset.domains.index(name)]
            for name in ('source', 'target')
        )
        partners = Mapping.load(file).indices(ImageSet.of(source), ImageSet.of(target))
        first = self.dataset.indices('source').start, self.dataset.indices('target')
        return {first[0] + s: first[1].start + t for s, t in enumerate(partners)}

    @cached_property
    def _subset(self) -> np.ndarray:
        everyone = np.asarray(self.dataset.indices('source'))
        if self.subset is None:
            return everyone
        rng = np.random.default_rng([self.seed, len(everyone), self.subset])
        return np.sort(rng.choice(everyone, self.subset, replace=False))

    def candidates(self, domain: str) -> np.ndarray:
        """All target images; the fixed subset of the source."""
        return self._subset if domain == 'source' else super().candidates(domain)

    def group(self, number: int) -> tuple[int, ...]:
        """A source image and its partner."""
        source = self.draw('source', number)
        if self._partner is None:
            return source, self.draw('target', number)
        return source, self._partner[source]
