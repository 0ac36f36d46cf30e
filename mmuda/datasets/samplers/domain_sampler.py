"""Endless training streams in which every pick is known from its place alone."""

from abc import abstractmethod
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from mmengine.dist import get_dist_info, sync_random_seed
from torch.utils.data import Sampler

from mmuda.datasets.domain import DomainConcatDataset, SeededIndex
from mmuda.datasets.samplers.rare_classes import RareClasses


class DomainSampler(Sampler):
    """Base of the samplers that compose mini-batches from domains.

    The stream is a sequence of groups: images that belong together in a mini-batch,
    such as a source image and its partner. Group ``g`` is a pure function of the
    seed and ``g``: a resumed run skips to its place without loading what it has
    seen, and several processes share the groups out among them.

    Args:
        dataset: The domains.
        seed: Seed of the stream; by default that of the run, the same in all
            processes.
        rare_classes: Settings of
            :class:`~mmuda.datasets.samplers.rare_classes.RareClasses`: images of the
            source are drawn by the classes that they show. Training fills in
            ``class_counts``. By default they come in random order.

    Raises:
        ValueError: If ``dataset`` is not a :class:`DomainConcatDataset`.
    """

    def __init__(
        self,
        dataset: DomainConcatDataset,
        seed: int | None = None,
        rare_classes: dict | None = None,
    ) -> None:
        if not isinstance(dataset, DomainConcatDataset):
            raise ValueError(
                f'{type(self).__name__} needs a DomainConcatDataset, got '
                f'{type(dataset).__name__}'
            )
        self.dataset = dataset
        self.seed = sync_random_seed() if seed is None else seed
        self.rank, self.world_size = get_dist_info()
        self._skipped = 0
        self._rare = rare_classes and RareClasses(dataset, **rare_classes)

    @property
    @abstractmethod
    def group_size(self) -> int:
        """Images in a group."""

    @abstractmethod
    def group(self, number: int) -> tuple[int, ...]:
        """Dataset indices of group ``number`` of the endless stream."""

    def candidates(self, domain: str) -> np.ndarray:
        """Dataset indices that are picked from ``domain``."""
        return np.asarray(self.dataset.indices(domain))

    def pick(self, domain: str, number: int) -> int:
        """The ``number``-th image of a domain's own stream.

        A stream is one random order of the domain's images after another (or, of a
        source with ``rare_classes``, images drawn by what they show); each
        domain has its own, so that two domains of equal size meet differently in
        every pass.
        """
        candidates = self.candidates(domain)
        if self._rare and domain != 'target':
            start = self.dataset.indices(domain).start
            rng = self._rng_of(domain, number)
            return start + self._rare.pick(domain, candidates - start, rng)
        epoch, place = divmod(number, len(candidates))
        return int(candidates[self._order(domain, epoch, len(candidates))[place]])

    def _rng_of(self, domain: str, number: int) -> np.random.Generator:
        """Random numbers for one image of a domain's stream."""
        # Streams of their own, after those of orders and of partners.
        stream = len(self.dataset.domains) + 1 + self.dataset.domains.index(domain)
        return np.random.default_rng([self.seed, stream, number])

    @lru_cache(maxsize=8)  # noqa: B019  # a sampler lives as long as its run
    def _order(self, domain: str, epoch: int, length: int) -> np.ndarray:
        stream = self.dataset.domains.index(domain)
        rng = np.random.default_rng([self.seed, stream, epoch])
        return rng.permutation(length)

    def skip(self, num_samples: int) -> None:
        """Let the stream of this process begin ``num_samples`` images later."""
        self._skipped += num_samples

    def begin_at(self, num_samples: int) -> None:
        """Let the stream of this process begin after ``num_samples`` images."""
        self._skipped = num_samples

    def __iter__(self) -> Iterator[SeededIndex]:
        place = self._skipped
        while True:
            turn, member = divmod(place, self.group_size)
            number = turn * self.world_size + self.rank
            seed = _mix(self.seed, number * self.group_size + member)
            yield SeededIndex(self.group(number)[member], seed)
            place += 1

    def __len__(self) -> int:
        return len(self.dataset)

    def set_epoch(self, epoch: int) -> None:
        """Do nothing: the stream is endless."""


def _mix(seed: int, place: int) -> int:
    """A 32-bit seed for one place in the stream of ``seed``."""
    return int(np.random.SeedSequence([seed, place]).generate_state(1)[0])
