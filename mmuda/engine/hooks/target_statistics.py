"""Batch statistics of the target for the model that is tested on it."""

from collections.abc import Iterator

import numpy as np
from mmengine.dataset import pseudo_collate
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from torch import Tensor, nn
from torch.optim.swa_utils import update_bn

from mmuda.datasets.domain import Draw


@HOOKS.register_module()
class TargetStatisticsHook(Hook):
    """Take the statistics of batch normalisation from unlabelled target images.

    AdaBN (Li et al. 2016, Sect. 3): the statistics that a network normalises with at
    test time are those of the domain it is tested on. They are estimated anew after
    the last iteration, before its checkpoint is written; training, which normalises
    with the statistics of its mini-batches, is not touched.

    Args:
        num_images: Target training images to estimate from, evenly spaced.
        batch_size: Images in a mini-batch; statistics are averaged over mini-batches.
    """

    priority = 'LOW'  # after the optimizers, before the checkpoint

    def __init__(self, num_images: int = 512, batch_size: int = 16) -> None:
        self.num_images = num_images
        self.batch_size = batch_size

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: dict | None = None,
    ) -> None:
        """Estimate after the last iteration."""
        del batch_idx, data_batch, outputs
        if runner.iter + 1 == runner.max_iters:
            model = runner.model
            model = model.module if is_model_wrapper(model) else model
            segmentor = getattr(model, 'segmentor', model)
            update_bn(self._target_images(runner, model), segmentor)

    def _target_images(self, runner: Runner, model: nn.Module) -> Iterator[Tensor]:
        """Preprocessed mini-batches (N, bands, H, W)."""
        dataset = runner.train_dataloader.dataset
        available = dataset.indices('target')
        count = min(self.num_images, len(available))
        chosen = np.linspace(0, len(available) - 1, count).astype(int)
        for start in range(0, count, self.batch_size):
            places = chosen[start : start + self.batch_size]
            samples = [dataset[Draw(available[at], seed=int(at))] for at in places]
            yield model.data_preprocessor(pseudo_collate(samples), False)['inputs']
