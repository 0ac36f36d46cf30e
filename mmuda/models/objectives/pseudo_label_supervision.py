"""Learning the task from the pseudo labels of the target (self-training)."""

from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS
from torch import nn

from mmuda.models.data_preprocessor import IGNORED
from mmuda.models.domains import DomainBatch, Domains
from mmuda.models.objectives.base import PhaseObjective
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
        loss_weight: float = 1.0,
        phase: str = 'segmentor',
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(phase, init_cfg)
        if mean not in MEANS:
            raise ValueError(f'mean must be one of {MEANS}, got {mean!r}')
        self.mean = mean
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
        factor = self.loss_weight
        if self.mean == 'all':
            factor = factor * labelled_share(batch)
        return {
            key: factor * value if 'loss' in key else value
            for key, value in domains.segmentation_losses('target').items()
        }


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
