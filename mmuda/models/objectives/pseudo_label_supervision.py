"""Learning the task from the pseudo labels of the target (self-training)."""

import torch
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.data_preprocessor import IGNORED
from mmuda.models.domains import DomainBatch, Domains
from mmuda.models.objectives.base import PhaseObjective
from mmuda.models.objectives.label_distribution import label_shares
from mmuda.models.phased import Losses

MEANS = ('labelled', 'all')


@MODELS.register_module()
class PseudoLabelSupervision(PhaseObjective):
    """The segmentor's own losses on the target's pseudo labels, beside ``Supervision``.

    L_ssl of category-adaptive adaptation (Wang et al. 2021, Eq. 6). The labels are made
    before the run, by ``pseudo_labels`` of the config; no others are ever loaded for
    the target.

    Args:
        mean: What a sum over pixels is divided by: the ``'labelled'`` ones, as most
            released code does, or ``'all'`` valid pixels, as Eq. 6 does: an image with
            few labels then counts little.
        balanced: Whether the classes of an image weigh the same, whatever their size,
            as in curriculum adaptation (Zhang et al. 2017, their code).
        loss_weight: Factor of the losses.
        phase: See :class:`PhaseObjective`.
        init_cfg: As in :class:`mmengine.model.BaseModule`.

    Raises:
        ValueError: If ``mean`` is unknown.
    """

    supervises = True

    def __init__(
        self,
        mean: str = 'labelled',
        balanced: bool = False,
        loss_weight: float = 1.0,
        phase: str = 'segmentor',
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(phase, init_cfg)
        if mean not in MEANS:
            raise ValueError(f'mean must be one of {MEANS}, got {mean!r}')
        self.mean = mean
        self.balanced = self.weighs_pixels = balanced
        self.loss_weight = loss_weight

    def attach(self, segmentor: nn.Module) -> None:
        """See that the losses are means over labelled pixels.

        Raises:
            ValueError: If one is not, or does not say.
        """
        super().attach(segmentor)
        for head in segmentor.modules():
            if isinstance(head, BaseDecodeHead) and self.mean == 'all':
                _check_mean(head)

    def losses(self, domains: Domains) -> Losses:
        """Losses ``<loss of the segmentor>`` on the target."""
        batch = domains['target']
        if not all('gt_sem_seg' in sample for sample in batch.data_samples):
            raise ValueError(
                'the target has no pseudo labels: say `pseudo_labels` in the config, '
                'and start the run with tools/train.py, which makes them'
            )
        weights = None
        if self.balanced:
            labels = [sample.gt_sem_seg.data for sample in batch.data_samples]
            weights = balancing_weights(torch.cat(labels), self.num_classes)
        factor = self.loss_weight
        if self.mean == 'all':
            factor = factor * labelled_share(batch)
        return {
            key: factor * value if 'loss' in key else value
            for key, value in domains.segmentation_losses('target', weights).items()
        }


def balancing_weights(labels: Tensor, num_classes: int) -> Tensor:
    """Weights of pixels with which the classes of an image weigh the same.

    Args:
        labels: Class ids, anything else is ignored, (N, H, W).
        num_classes: C.

    Returns:
        Shape (N, H, W), of mean 1 over the labelled pixels of an image, 0 elsewhere.
    """
    shares = label_shares(labels, num_classes)
    there = (shares > 0).sum(1, keepdim=True)
    of_class = 1 / (there * shares).where(shares > 0, 1)
    known = labels < num_classes
    images = torch.arange(len(labels), device=labels.device)[:, None, None]
    return of_class[images, labels.where(known, 0)] * known


def labelled_share(batch: DomainBatch) -> float:
    """Share of the valid pixels of a batch that have a label."""
    labelled = sum(
        int((sample.gt_sem_seg.data != IGNORED).sum()) for sample in batch.data_samples
    )
    every = batch.inputs.shape[2] * batch.inputs.shape[3] * len(batch)
    valid = every if batch.valid is None else int(batch.valid.sum())
    return labelled / max(valid, 1)


def _check_mean(head: BaseDecodeHead) -> None:
    losses = head.loss_decode
    for loss in losses if isinstance(losses, nn.ModuleList) else [losses]:
        if not getattr(loss, 'avg_non_ignore', False):
            raise ValueError(
                "PseudoLabelSupervision with mean='all' needs losses that are means "
                'over labelled pixels: set avg_non_ignore=True in that of '
                f'{type(head).__name__}'
            )
