"""An adversary that waits for its discriminator (CyCADA's feature part)."""

import torch
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

    Hoffman et al. 2018 (CyCADA), feature-level adaptation, with the settings of the
    authors' code. The steps are those of :class:`FeatureAlignment`, but in ``align``

    * the features of the target are to pass for those of the source, not also the
      other way round;
    * there is no loss unless the discriminator was right on more than
      ``min_accuracy`` of the locations, mean over the latest ``window`` iterations.

    Args:
        min_accuracy: In percent.
        window: Iterations; a part of the checkpoint.
        **kwargs: Those of :class:`FeatureAlignment`.
    """

    def __init__(
        self, min_accuracy: float = 60.0, window: int = 100, **kwargs: object
    ) -> None:
        super().__init__(**kwargs)
        self.min_accuracy = min_accuracy
        self.register_buffer('accuracies', torch.zeros(window))
        self.register_buffer('seen', torch.zeros((), dtype=torch.long))

    def loss_critic(self, domains: Domains) -> Losses:
        """The discriminator tells the domains apart, and how well is kept."""
        losses = super().loss_critic(domains)
        self.accuracies[self.seen % len(self.accuracies)] = losses['discriminator_acc']
        self.seen += 1
        return losses

    def loss_align(self, domains: Domains) -> Losses:
        """The target is to pass for the source, once that is hard."""
        logits = self._classify(domains.state.pop(self))
        loss = domain_cross_entropy({'target': logits['target']}, flipped=True)
        known = self.seen.clamp(max=len(self.accuracies))
        is_open = self.accuracies.sum() / known > self.min_accuracy
        return {'loss_confusion': self.loss_weight * is_open * loss}
