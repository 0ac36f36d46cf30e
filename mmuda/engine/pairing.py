"""Making a mapping for the datasets of a config."""

from collections.abc import Iterator

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import BaseDataset, pseudo_collate
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint
from mmseg.registry import DATASETS, MODELS
from rich.progress import track
from torch import Tensor

from mmuda.files import sha256_of
from mmuda.pairing import ImageSet, Mapping, best_partners, one_hot

IGNORE = 255
TARGET_BLOCK = 256


def make_mapping(cfg: Config, strategy: str, checkpoint: str | None = None) -> Mapping:
    """A mapping M between the training images of a config.

    The strategies are those of Gritzner and Ostermann 2020, Sect. 5.2.

    Args:
        cfg: A config whose training dataset has one source and a target.
        strategy: ``random``; ``approximation`` (Eq. 3 with SemSim*, needs
            ``checkpoint``); ``ground_truth`` (Eq. 3 with SemSim), an oracle that
            reads the training labels of the target, found by ``target_labels``
            in the config's ``pairing``.
        checkpoint: Weights of the model f^S trained on the source.

    Raises:
        ValueError: If the strategy is unknown or lacks what it needs.
    """
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    datasets = cfg.train_dataloader.dataset
    source, target = DATASETS.build(datasets.source), DATASETS.build(datasets.target)
    settings = {'strategy': strategy, 'oracle': strategy == 'ground_truth'}
    if strategy == 'random':
        settings['seed'] = cfg.randomness.seed
        rng = np.random.default_rng(cfg.randomness.seed)
        partners = rng.integers(len(target), size=len(source))
        scores = np.full(len(source), np.nan)
    elif strategy == 'ground_truth':
        blocks = _truth(cfg, len(source.metainfo['classes']))
        partners, scores = _search(source, blocks)
    elif strategy == 'approximation':
        if checkpoint is None:
            raise ValueError('approximation needs the checkpoint of a source model')
        settings['checkpoint_sha256'] = sha256_of(checkpoint)
        partners, scores = _search(source, _predictions(cfg, target, checkpoint))
    else:
        raise ValueError(
            f'strategy must be random, approximation or ground_truth, got {strategy!r}'
        )
    return Mapping.make(
        ImageSet.of(source), ImageSet.of(target), partners, scores, settings
    )


def _label_maps(dataset: BaseDataset) -> Tensor:
    """All label maps of a dataset, uint8, (N, L)."""
    maps = [
        dataset[i]['data_samples'].gt_sem_seg.data.flatten().to(torch.uint8)
        for i in track(range(len(dataset)), 'label maps')
    ]
    return torch.stack(maps)


def _search(
    source: BaseDataset, targets: Iterator[tuple[Tensor, Tensor | None]]
) -> tuple[Tensor, Tensor]:
    return best_partners(_label_maps(source), targets, len(source.metainfo['classes']))


def _truth(cfg: Config, num_classes: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Indicators and validity of the target's labels: the oracle."""
    labelled = (cfg.get('pairing') or {}).get('target_labels')
    if labelled is None:
        raise ValueError(
            'ground_truth is an oracle: pairing.target_labels of the config must '
            'name the labelled training dataset of the target'
        )
    labels = _label_maps(DATASETS.build(labelled))
    for block in labels.split(TARGET_BLOCK):
        yield one_hot(block, num_classes), block != IGNORE


@torch.no_grad()
def _predictions(
    cfg: Config, target: BaseDataset, checkpoint: str
) -> Iterator[tuple[Tensor, None]]:
    """Class probabilities that f^S gives the target images, in blocks."""
    model = MODELS.build(cfg.model)
    load_checkpoint(model, checkpoint, map_location='cpu')
    model.eval()
    if torch.cuda.is_available():
        model.cuda()
    blocks = range(0, len(target), TARGET_BLOCK)
    for start in track(blocks, 'predictions of the source model'):
        probabilities = []
        for i in range(start, min(start + TARGET_BLOCK, len(target))):
            (sample,) = model.test_step(pseudo_collate([target[i]]))
            logits = sample.seg_logits.data
            probabilities.append(logits.softmax(0).flatten(1).cpu())
        yield torch.stack(probabilities), None
