"""Moments of the domains, for translation without seams."""

from collections.abc import Iterator

import numpy as np
from mmengine.dataset import pseudo_collate
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmuda.datasets.domain import DomainConcatDataset, SeededIndex
from mmuda.models.domains import DomainBatch
from mmuda.models.translators import Translator, as_translator


def estimate_domain_moments(
    translator: Translator,
    dataset: DomainConcatDataset,
    num_images: int = 128,
    batch_size: int = 16,
) -> None:
    """Estimate what a translator normalises with, from training images.

    Args:
        translator: Its domain moments change, nothing else.
        dataset: The training data.
        num_images: Images of a domain to estimate from, evenly spaced.
        batch_size: Images in a mini-batch, which passes as one image.
    """

    def batches(domain: str) -> Iterator[DomainBatch]:
        return _batches(translator, dataset, domain, num_images, batch_size)

    for domain in ('source', 'target'):
        translator.estimate_code(domain, batches(domain))
    for route in translator.routes:
        translator.estimate_moments(route, batches(route[0]))


def _batches(
    translator: Translator,
    dataset: DomainConcatDataset,
    domain: str,
    num_images: int,
    batch_size: int,
) -> Iterator[DomainBatch]:
    available = dataset.indices(domain)
    count = min(num_images, len(available))
    chosen = np.linspace(0, len(available) - 1, count).astype(int)
    for start in range(0, count, batch_size):
        places = chosen[start : start + batch_size]
        samples = [dataset[SeededIndex(available[at], seed=int(at))] for at in places]
        yield translator.data_preprocessor(pseudo_collate(samples), True)[domain]


@HOOKS.register_module()
class DomainMomentsHook(Hook):
    """Puts the moments of the domains into every checkpoint of a translator.

    In training a translator normalises features with the moments of the patch; a
    checkpoint translates with those of the domain. Estimating them changes nothing
    that training depends on.

    Args:
        num_images: See :func:`estimate_domain_moments`.
        batch_size: Likewise.
    """

    def __init__(self, num_images: int = 128, batch_size: int = 16) -> None:
        self.num_images = num_images
        self.batch_size = batch_size

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Estimate, and replace what the checkpoint holds of them."""
        translator = as_translator(runner.model)
        estimate_domain_moments(
            translator,
            runner.train_dataloader.dataset,
            self.num_images,
            self.batch_size,
        )
        for name, layer in translator.named_modules():
            for key, value in layer.named_buffers(name, recurse=False):
                if key in checkpoint['state_dict']:
                    checkpoint['state_dict'][key] = value.detach().cpu().clone()
