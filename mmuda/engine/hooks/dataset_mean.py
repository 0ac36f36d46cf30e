"""The mean image value of each domain, measured before training."""

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from torch import Tensor

from mmuda.datasets.domain import Draw


@HOOKS.register_module()
class DatasetMeanHook(Hook):
    """Give the preprocessor of each domain the mean of that domain's images.

    Russo et al. 2019, Sect. 4.1: "removing from each dataset its own calculated image
    mean". It serves the domains whose preprocessor has ``mean='dataset'``; the means
    are part of the checkpoint, so that a test needs no training images.

    Args:
        num_images: Training images of each domain, evenly spaced.
    """

    def __init__(self, num_images: int = 500) -> None:
        self.num_images = num_images

    def before_train(self, runner: Runner) -> None:
        """Measure; the same images give the same means after a restart."""
        model = runner.model
        model = model.module if is_model_wrapper(model) else model
        for domain, preprocessor in model.data_preprocessor.measuring().items():
            mean = self._mean(runner.train_dataloader.dataset, domain)
            preprocessor.mean.copy_(mean.view_as(preprocessor.mean))
            runner.logger.info(f'mean of {domain}: {mean.tolist()}')

    def _mean(self, dataset: object, domain: str) -> Tensor:
        """Mean of each band over all pixels."""
        available = dataset.indices(domain)
        count = min(self.num_images, len(available))
        total, pixels = 0, 0
        for at in np.linspace(0, len(available) - 1, count).astype(int):
            image = dataset[Draw(available[at], seed=int(at))]['inputs']
            total = total + image.double().sum((1, 2))
            pixels += image[0].numel()
        return (total / pixels).to(torch.float32)
