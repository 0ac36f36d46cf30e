"""A source image and its partner in the same mini-batch."""

from functools import cached_property, lru_cache

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
    loader an even ``batch_size``: it counts images, two per pair.

    Args:
        dataset: One source and the target.
        mapping: CSV file of a mapping M (``tools/pair.py`` makes one). Of the k
            partners that it has for a source image one is picked in each pass. Without
            a mapping every source image meets a random target image, another in each
            pass.
        subset: Train on a fixed subset of so many source images, picked by the seed
            ("only a fixed subset of X^S", Sect. 5.2); all of them by default.
        seed: See :class:`DomainSampler`.
        rare_classes: Likewise.

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
        rare_classes: dict | None = None,
    ) -> None:
        super().__init__(dataset, seed, rare_classes)
        available = len(dataset.indices('source'))
        if subset is not None and not 0 < subset <= available:
            raise ValueError(
                f'subset must be in 1..{available}, the number of source images, '
                f'got {subset}'
            )
        self.subset = subset
        self._partners: np.ndarray | None = None
        if mapping is not None:
            self.use(mapping)

    def use(self, mapping: str) -> None:
        """Pair by another mapping from the next group on.

        Raises:
            ValueError: If it does not fit the data.
        """
        source, target = (
            self.dataset.datasets[self.dataset.domains.index(name)]
            for name in ('source', 'target')
        )
        found = Mapping.load(mapping).indices(ImageSet.of(source), ImageSet.of(target))
        self._partners = self.dataset.indices('target').start + found

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
        source = self.pick('source', number)
        if self._partners is None:
            return source, self.pick('target', number)
        epoch = number // len(self._subset)
        row = source - self.dataset.indices('source').start
        rank = self._ranks(epoch, *self._partners.shape)[row]
        return source, int(self._partners[row, rank])

    @lru_cache(maxsize=2)  # noqa: B019  # a sampler lives as long as its run
    def _ranks(self, epoch: int, num_images: int, k: int) -> np.ndarray:
        """Which of its k partners each source image meets in a pass."""
        # One stream more than there are domains, whose streams are orders.
        rng = np.random.default_rng([self.seed, len(self.dataset.domains), epoch])
        return rng.integers(k, size=num_images)
