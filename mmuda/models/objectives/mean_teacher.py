"""A teacher that is the mean of its students: pseudo labels in every iteration."""

from collections.abc import Callable
from functools import cached_property

import torch
from mmengine.structures import PixelData
from mmseg.models.utils import resize
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import Tensor, nn

from mmuda.models.data_preprocessor import IGNORED
from mmuda.models.domains import TARGET, DomainBatch, Domains
from mmuda.models.moving_average import MovingAverage
from mmuda.models.normalisation import batch_norms, check_alpha
from mmuda.models.objectives.base import PhaseObjective
from mmuda.models.phased import Losses
from mmuda.models.validity import image_means

TAUGHT = 'taught'


def by_share(confidence: Tensor, valid: Tensor | None, threshold: float) -> Tensor:
    """The share of an image's valid pixels above the threshold, at all its pixels.

    The quality of the pseudo label of DAFormer (Hoyer et al. 2022, Eq. 4), but of each
    image by itself; the released code takes one share over the mini-batch.

    Args:
        confidence: The teacher's largest probability, (N, H, W).
        valid: Mask of the pixels, (N, 1, H, W); None if all are valid.
        threshold: Probability from which a pixel counts.

    Returns:
        Weights in [0, 1], (N, H, W).
    """
    above = (confidence >= threshold).to(confidence.dtype)[:, None]
    return image_means(above, valid)[..., None].expand_as(confidence)


def by_pixel(confidence: Tensor, valid: Tensor | None, threshold: float) -> Tensor:
    """1 at pixels above the threshold, else 0; see :func:`by_share`."""
    del valid
    return (confidence >= threshold).to(confidence.dtype)


def uniform(confidence: Tensor, valid: Tensor | None, threshold: float) -> Tensor:
    """1 at all pixels; see :func:`by_share`."""
    del valid, threshold
    return torch.ones_like(confidence)


WEIGHTINGS: dict[str, Callable] = dict(share=by_share, pixel=by_pixel, uniform=uniform)


@MODELS.register_module()
class MeanTeacher(PhaseObjective):
    """Pseudo labels by an exponential moving average of the segmentor.

    Tarvainen and Valpola 2017; thresholds and weights as DACS (Tranheden et al. 2021)
    and DAFormer have them. It makes the domain ``'taught'``: the images of the target
    with what the teacher calls their classes, and a weight for every pixel. One teacher
    serves all objectives that learn from it (``ClassMix``, ``MaskedConsistency``);
    alone it has no loss. In an iteration:

    * the teacher, without dropout, predicts the target;
    * pixels that it is less sure of than ``threshold`` lower the weights;
    * once the segmentor has really stepped,
      ``teacher <- d * teacher + (1 - d) * segmentor``, d = min(1 - 1 / (t + 1),
      ``ema_decay``) after step t = 1, 2, ...; it begins as the segmentor.

    Args:
        ema_decay: Weight of the old teacher, in (0, 1).
        threshold: Probability above which a pixel counts as certain, in [0, 1].
        weighting: What follows from it: ``'share'`` (all pixels of an image weigh the
            share of certain ones), ``'pixel'`` (certain pixels weigh 1, others
            nothing) or ``'uniform'`` (all weigh 1).
        statistics: What the teacher's batch normalisation takes: ``'running'``, the
            running statistics of the segmentor between source and target, as it is
            tested, or ``'batch'``, those of the mini-batch, as the released codes do.
        alpha: With running statistics, the weight of the target in them; by default
            that of the model.
        ignore_top: Rows of pixels at the upper edge that weigh nothing.
        ignore_bottom: Likewise at the lower edge (the bonnet of a car).
        phase: The phase that it takes part in, and whose steps it follows.

    Raises:
        ValueError: If one of them is not what is said above.
    """

    makes = (TAUGHT,)

    def __init__(
        self,
        ema_decay: float = 0.999,
        threshold: float = 0.968,
        weighting: str = 'share',
        statistics: str = 'running',
        alpha: float | None = None,
        ignore_top: int = 0,
        ignore_bottom: int = 0,
        phase: str = 'segmentor',
    ) -> None:
        super().__init__(phase)
        if not 0 < ema_decay < 1:
            raise ValueError(f'ema_decay must be between 0 and 1, got {ema_decay}')
        if not 0 <= threshold <= 1:
            raise ValueError(f'threshold must be in [0, 1], got {threshold}')
        for name, value, known in (
            ('weighting', weighting, tuple(WEIGHTINGS)),
            ('statistics', statistics, ('running', 'batch')),
        ):
            if value not in known:
                raise ValueError(f'{name} must be one of {known}, got {value!r}')
        self.ema_decay = ema_decay
        self.threshold = threshold
        self.weigh = WEIGHTINGS[weighting]
        self.of_batch = statistics == 'batch'
        self.alpha = None if alpha is None else check_alpha(alpha)
        self.ignore_top, self.ignore_bottom = ignore_top, ignore_bottom

    def attach(self, segmentor: nn.Module) -> None:
        """Make the teacher; it takes the segmentor's weights when it is first asked."""
        super().attach(segmentor)
        self.teacher = MovingAverage(segmentor, momentum=1 - self.ema_decay)

    def losses(self, domains: Domains) -> Losses:
        """None; it makes the domain, and logs the share of certain pixels."""
        target = domains[TARGET]
        probabilities = self._predict(domains)
        confidence, classes = probabilities.max(1)
        weights = self._weights(confidence, target.valid)
        if target.valid is not None:
            classes = classes.masked_fill(~target.valid[:, 0], IGNORED)
        samples = [
            SegDataSample(
                metainfo=sample.metainfo,
                gt_sem_seg=PixelData(data=labels[None]),
                pseudo_weight=PixelData(data=weight[None]),
            )
            for sample, labels, weight in zip(
                target.data_samples, classes, weights, strict=True
            )
        ]
        taught = DomainBatch(target.inputs, samples, target.valid, role=TAUGHT)
        domains.add(TAUGHT, taught)
        certain = (confidence >= self.threshold).to(confidence.dtype)
        return {'certain_share': target.mean(certain[:, None])}

    @torch.no_grad()
    def _predict(self, domains: Domains) -> Tensor:
        """The teacher's probabilities of the classes on the target, (N, C, H, W)."""
        if not int(self.teacher.steps):
            self.teacher.update_parameters(self.segmentor)
        teacher = self.teacher.module
        if teacher.training:  # else a walk over all of it for nothing
            teacher.eval()
        self._set_statistics(domains)
        images = domains[TARGET].inputs
        logits = resize(
            teacher(images, mode='tensor'),
            size=images.shape[2:],
            mode='bilinear',
            align_corners=teacher.align_corners,
        )
        return logits.float().softmax(1)

    def _set_statistics(self, domains: Domains) -> None:
        if self.of_batch:
            for layer, learner in self._layers.values():
                layer.training = learner.training
            return
        for path, values in domains.statistics.mixture(self.alpha).items():
            self._layers[path][0]._buffers.update(values)

    @cached_property
    def _layers(self) -> dict[str, tuple[nn.Module, nn.Module]]:
        """Normalisation of teacher and learner, found once: that takes 1 ms."""
        learners = batch_norms(self.segmentor)
        return {
            path: (layer, learners[path])
            for path, layer in batch_norms(self.teacher.module).items()
        }

    def _weights(self, confidence: Tensor, valid: Tensor | None) -> Tensor:
        """What each pixel of the target weighs, (N, H, W)."""
        weights = self.weigh(confidence, valid, self.threshold).clone()
        weights[:, : self.ignore_top] = 0
        weights[:, weights.shape[1] - self.ignore_bottom :] = 0
        return weights if valid is None else weights * valid[:, 0]

    def after_step(self, phase: str) -> None:
        """The teacher follows."""
        if phase == self.phase:
            self.teacher.update_parameters(self.segmentor)
