"""Several sources and the target in fixed shares."""

from collections.abc import Sequence

from mmseg.registry import DATA_SAMPLERS

from mmuda.datasets.domain import DomainConcatDataset
from mmuda.datasets.samplers.domain_sampler import DomainSampler


@DATA_SAMPLERS.register_module()
class MultiSourceSampler(DomainSampler):
    """Each group holds so many images of each source, and so many of the target.

    Args:
        dataset: Any number of sources, with or without a target.
        shares: Images a group takes of each source, ``'balanced'`` (one of each)
            or ``'proportional'`` (by the sizes of the sources, the smallest one).
        target_share: Images of the target in a group; by default as many as of all
            sources together.
        seed: See :class:`DomainSampler`.
        rare_classes: Likewise.

    Raises:
        ValueError: If ``shares`` does not have one positive number per source.
    """

    def __init__(
        self,
        dataset: DomainConcatDataset,
        shares: str | Sequence[int] = 'balanced',
        target_share: int | None = None,
        seed: int | None = None,
        rare_classes: dict | None = None,
    ) -> None:
        super().__init__(dataset, seed, rare_classes)
        sources = [name for name in dataset.domains if name != 'target']
        sizes = [len(dataset.indices(name)) for name in sources]
        if shares == 'balanced':
            shares = [1] * len(sources)
        elif shares == 'proportional':
            shares = [round(size / min(sizes)) for size in sizes]
        if len(shares) != len(sources) or min(shares) < 1:
            raise ValueError(
                f"shares must be 'balanced', 'proportional' or {len(sources)} "
                f'positive numbers, one per source, got {shares!r}'
            )
        self.shares = dict(zip(sources, shares, strict=True))
        if 'target' in dataset.domains:
            self.shares['target'] = (
                sum(shares) if target_share is None else target_share
            )

    @property
    def group_size(self) -> int:
        """Images in a group: the sum of all shares."""
        return sum(self.shares.values())

    def group(self, number: int) -> tuple[int, ...]:
        """The images of one group, sources in order, target last."""
        return tuple(
            self.pick(domain, number * share + i)
            for domain, share in self.shares.items()
            for i in range(share)
        )
