"""The mean image value of each domain, measured before training."""

from collections.abc import Iterator

import numpy as np
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from torch import Tensor

from mmuda.datasets.domain import SeededIndex


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
            # What the preprocessor does but for the mean: it may swap bands.
            preprocessor.mean.zero_()
            images = self._images(runner.train_dataloader.dataset, domain)
            total, pixels = 0, 0
            for image in images:
                (scaled,) = preprocessor(dict(inputs=[image]), False)['inputs']
                total = total + scaled.double().sum((1, 2))
                pixels += scaled[0].numel()
            mean = total.view(-1, 1, 1) / pixels * preprocessor.std
            preprocessor.mean.copy_(mean)
            runner.logger.info(f'mean of {domain}: {mean.flatten().tolist()}')

    def _images(self, dataset: object, domain: str) -> Iterator[Tensor]:
        """Training images of a domain, (bands, H, W), as they are loaded."""
        available = dataset.indices(domain)
        count = min(self.num_images, len(available))
        for at in np.linspace(0, len(available) - 1, count).astype(int):
            yield dataset[SeededIndex(available[at], seed=int(at))]['inputs']
