"""Figures of every branch of a segmentor, in one pass."""

from collections.abc import Sequence

from mmseg.registry import METRICS

from mmuda.evaluation.accuracy import SegmentationMetric

BRANCH = 'branch_'
LABELS = 'pred_sem_seg'


@METRICS.register_module()
class BranchSegmentationMetric(SegmentationMetric):
    """Figures of the merged prediction, and those of the branches.

    Reads ``branch_<name>`` off the data samples, beside ``pred_sem_seg``; the figures
    of a branch are called ``<name>.aAcc``, ``<name>.mIoU`` and so on. All are means of
    the same classes, those of the truth.

    Args:
        **kwargs: Those of :class:`SegmentationMetric`.
    """

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Count the pixels of a batch."""
        merged = len(self.results)
        super().process(data_batch, data_samples)
        if self.format_only:
            return
        counts = self.results[merged:]
        del self.results[merged:]
        for of_sample, sample in zip(counts, data_samples, strict=True):
            truth = self.truth_of(sample)
            found = {'': of_sample}
            for key in sorted(k for k in sample if k.startswith(BRANCH)):
                labels = sample[key]['data'].squeeze()
                found[key.removeprefix(BRANCH)] = self.intersect_and_union(
                    labels,
                    truth.to(labels),
                    len(self.dataset_meta['classes']),
                    self.ignore_index,
                )
            self.results.append(found)

    def figures(self, results: list[dict]) -> dict[str, float]:
        """Those of the merged prediction, then those of each branch."""
        if not results:
            return {}
        return {
            f'{name}.{key}' if name else key: value
            for name in results[0]
            for key, value in super(BranchSegmentationMetric, self)
            .figures([of_sample[name] for of_sample in results])
            .items()
        }
