"""An adversary that waits for its discriminator (CyCADA's feature part)."""

import torch
from mmengine.dist import all_reduce
from mmseg.registry import MODELS

from mmuda.models.domains import Domains
from mmuda.models.objectives.feature_alignment import (
    FeatureAlignment,
    domain_cross_entropy,
)
from mmuda.models.phased import Losses


@MODELS.register_module()
class GatedAlignment(FeatureAlignment):
    """Feature alignment as ADDA and CyCADA do it: the target alone is moved.

    Hoffman et al. 2018 (CyCADA), feature-level adaptation, in the order and with the
    settings of the authors' code (``train_fcn_adda.py``). In an iteration

    * ``critic``: the discriminator learns, as in :class:`FeatureAlignment`;
    * ``align``: the features of the target are to pass for those of the source, not
      also the other way round;
    * ``supervise``: the segmentor learns the task on the source.

    The last two take place only if the discriminator was right on more than
    ``min_accuracy`` of the locations, mean over the latest ``window`` iterations.
    While it is not, the segmentor's weights stay as they are: there is no loss at all,
    so that not even weight decay moves them.

    Args:
        min_accuracy: In percent.
        window: Iterations; a part of the checkpoint.
        **kwargs: Those of :class:`FeatureAlignment`.
    """

    supervises = True

    def __init__(
        self, min_accuracy: float = 60.0, window: int = 100, **kwargs: object
    ) -> None:
        super().__init__(**kwargs)
        self.min_accuracy = min_accuracy
        self.register_buffer('accuracies', torch.zeros(window))
        self.register_buffer('seen', torch.zeros((), dtype=torch.long))

    @property
    def is_open(self) -> bool:
        """Whether the segmentor learns in this iteration; the same in all processes."""
        known = self.seen.clamp(min=1, max=len(self.accuracies))
        return bool(self.accuracies.sum() / known > self.min_accuracy)

    def loss_critic(self, domains: Domains) -> Losses:
        """The discriminator tells the domains apart, and how well is kept."""
        losses = super().loss_critic(domains)
        accuracy = losses['discriminator_acc'].clone()
        all_reduce(accuracy, 'mean')
        self.accuracies[self.seen % len(self.accuracies)] = accuracy
        self.seen += 1
        return losses

    def loss_align(self, domains: Domains) -> Losses:
        """The target is to pass for the source, once that is hard."""
        if not self.is_open:
            return {}
        logits, valid = self._classify(domains, ['target'])
        loss = domain_cross_entropy(logits, valid, flipped=True)
        return {'loss_confusion': self.loss_weight * loss}

    def loss_supervise(self, domains: Domains) -> Losses:
        """The task, on each source; their losses are averaged."""
        if not self.is_open:
            return {}
        share = 1 / len(domains.sources)
        return {
            f'{name}.{key}': (share if 'loss' in key else 1) * value
            for name in domains.sources
            for key, value in domains.segmentation_losses(name).items()
        }
