"""Images of the source alone: training without adaptation."""

from mmseg.registry import DATA_SAMPLERS

from mmuda.datasets.samplers.domain_sampler import DomainSampler


@DATA_SAMPLERS.register_module()
class SourceSampler(DomainSampler):
    """The source in random order, for source-only training."""

    group_size = 1

    def group(self, number: int) -> tuple[int, ...]:
        """One image of the source."""
        return (self.pick('source', number),)
