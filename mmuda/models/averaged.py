"""Several models that predict as one: the mean of their probabilities."""

import copy
from collections.abc import Sequence

import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from torch import nn


class AveragedModel(nn.Module):
    """The mean of what models say of images, each model with its own preprocessing.

    Args:
        models: MMSeg segmentors or adaptors of the same classes, with a score for each
            class.

    Raises:
        ValueError: If there is none.
    """

    def __init__(self, models: Sequence[nn.Module]) -> None:
        super().__init__()
        if not models:
            raise ValueError('a mean needs at least one model')
        self.models = nn.ModuleList(models)

    @torch.no_grad()
    def test_step(self, data: dict) -> list[SegDataSample]:
        """Predictions for a batch, as each of the models takes it.

        Returns:
            Samples whose ``seg_logits`` are logarithms of the mean probabilities.
        """
        said = [model.test_step(_unshared(data)) for model in self.models]
        for samples in zip(*said, strict=True):
            scores = [sample.seg_logits.data.float().softmax(0) for sample in samples]
            mean = torch.stack(scores).mean(0)
            samples[0].seg_logits = PixelData(data=mean.clamp(min=1e-12).log())
            samples[0].pred_sem_seg = PixelData(data=mean.argmax(0, keepdim=True))
        return said[0]


def _unshared(data: dict) -> dict:
    """A batch that a model may write into."""
    samples = [copy.deepcopy(sample) for sample in data['data_samples']]
    return {**data, 'inputs': list(data['inputs']), 'data_samples': samples}
