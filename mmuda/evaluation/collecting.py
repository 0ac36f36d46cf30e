"""Running a model over tiles and keeping a few pixels of each.

No label of a data set enters the model, and labels are kept only where they are asked
for.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.dataset import BaseDataset
from mmengine.dist import get_dist_info
from mmseg.structures import SegDataSample
from rich.progress import track
from torch import Tensor, nn

from mmuda.datasets.domain import seeded
from mmuda.evaluation.tile_samples import IGNORED, TileSamples, places
from mmuda.models.adaptor import DomainAdaptor
from mmuda.models.data_preprocessor import DomainDataPreprocessor
from mmuda.models.domains import SOURCE

NUM_IMAGES = 256  # per domain
DIMENSIONS = 64  # of features: more are projected at random
LAMBDA = 0.55  # weight of an image in its mixture (MixVal)
CONTRAST = 1.2  # of the augmentation, which also flips


def collect(
    model: nn.Module,
    datasets: list[BaseDataset],
    role: str,
    num_images: int = NUM_IMAGES,
    *,
    inner: bool = False,
    views: bool = False,
) -> TileSamples:
    """What a model says at the same places of evenly spaced tiles.

    Target tiles are predicted as the config declares it, those of the source with the
    source's own batch statistics, as in training: with those of the target, nothing
    that is said of the source would be true. The model is left as it was.

    Args:
        model: An MMSeg segmentor or a ``DomainAdaptor``, on any device.
        datasets: Without random augmentation.
        role: ``'source'``, whose labels are kept, or ``'target'``.
        num_images: At most so many, of all data sets together.
        inner: Whether to keep the bands of the image and features of the encoder.
        views: Whether to predict augmented and mixed tiles as well.

    Raises:
        ValueError: If there is no image, or the classes have no scores of their own.
    """
    every = [(d, i) for d in datasets for i in range(len(d))]
    if not every:
        raise ValueError(f'the {role} has no image to look at')
    chosen = np.linspace(0, len(every) - 1, min(num_images, len(every))).astype(int)
    with _predicting(model, role), torch.no_grad():
        tiles, helps = [], get_dist_info()[0] != 0
        shown = track(chosen, f'images of the {role}', disable=helps)
        for at, following in zip(shown, np.roll(chosen, -1), strict=True):
            sample = _load(*every[at])
            kept = _looked_at(model, sample, role, inner)
            if views:
                kept |= _views(model, sample, _load(*every[following])['inputs'])
            tiles.append(kept)
    return TileSamples(**{key: np.stack([t[key] for t in tiles]) for key in tiles[0]})


def _load(dataset: BaseDataset, index: int) -> dict:
    with seeded(index):  # for pipelines that draw a patch at random
        return dataset[index]


@contextmanager
def _predicting(model: nn.Module, role: str) -> Iterator[None]:
    """Within it, the model predicts, and takes images for those of a role."""
    modes = {module: module.training for module in model.modules()}
    try:
        with _images_of(model, role), _statistics_of(model, role):
            model.eval()
            yield
    finally:
        for module, training in modes.items():
            module.training = training


@contextmanager
def _images_of(model: nn.Module, role: str) -> Iterator[None]:
    """Within it, images are normalised as those of a role."""
    preprocessor = model.data_preprocessor
    if not isinstance(preprocessor, DomainDataPreprocessor):
        yield
        return
    before = preprocessor.predict_domain
    named = sorted(n for n in preprocessor.domains if n.startswith(role))
    preprocessor.predict_domain = named[0] if named else role
    try:
        yield
    finally:
        preprocessor.predict_domain = before


@contextmanager
def _statistics_of(model: nn.Module, role: str) -> Iterator[None]:
    """Within it, an adaptor has the source's batch statistics for the source."""
    if role != SOURCE or not isinstance(model, DomainAdaptor):
        yield
        return
    before, model.statistics.alpha = model.statistics.alpha, 0.0
    try:
        yield
    finally:
        model.statistics.alpha = before
        model.statistics.blend()


def _looked_at(model: nn.Module, sample: dict, role: str, inner: bool) -> dict:
    """What is kept of one tile, each (L, ...)."""
    image, known = sample['inputs'], sample['data_samples']
    logits = _logits(model, image, known)
    invalid = known.invalid.data if 'invalid' in known else None
    valid = np.ones(len(_at(logits)), bool) if invalid is None else ~_at(invalid)[:, 0]
    kept = dict(logits=_at(logits), valid=valid)
    if role == SOURCE:
        labels = _at(known.gt_sem_seg.data)[:, 0]
        kept['labels'] = labels.astype(np.uint8)
        kept['valid'] = valid & (labels != IGNORED)
    if inner:
        kept['bands'] = _at(image).astype(np.float32)
        kept['features'] = _projected(_at(_features(model, image, known)))
    return kept


def _views(model: nn.Module, sample: dict, other: Tensor) -> dict:
    image, known = sample['inputs'].float(), sample['data_samples']
    mean = image.mean((1, 2), keepdim=True)
    stretched = (mean + CONTRAST * (image - mean)).flip(-1)
    other = F.interpolate(other[None].float(), image.shape[1:])[0]
    mixture = LAMBDA * image + (1 - LAMBDA) * other
    return dict(
        augmented=_at(_logits(model, stretched, known).flip(-1)),
        mixed=_at(_logits(model, mixture, known)),
    )


def _logits(model: nn.Module, image: Tensor, known: SegDataSample) -> Tensor:
    """Class scores (C, H, W)."""
    (sample,) = model.test_step(_batch(image, known))
    logits = sample.seg_logits.data
    if len(logits) < 2:
        raise ValueError(
            'class shares and criteria need a score for each class, the model has one '
            'for both (out_channels=1)'
        )
    return logits


def _features(model: nn.Module, image: Tensor, known: SegDataSample) -> Tensor:
    """The last map of the encoder, (D, h, w)."""
    inputs = model.data_preprocessor(_batch(image, known), False)['inputs']
    maps = getattr(model, 'segmentor', model).extract_feat(inputs)
    return (maps[-1] if isinstance(maps, (list, tuple)) else maps)[0]


def _batch(image: Tensor, known: SegDataSample) -> dict:
    """A batch of one image, with nothing known but where it comes from."""
    return dict(inputs=[image], data_samples=[SegDataSample(metainfo=known.metainfo)])


def _at(values: Tensor) -> np.ndarray:
    """Values (D, H, W) at the places of a tile, (L, D)."""
    height, width = values.shape[1:]
    at = torch.from_numpy(places(height, width)).to(values.device)
    return values.flatten(1)[:, at].T.cpu().numpy()


def _projected(features: np.ndarray) -> np.ndarray:
    """Features (L, D) in at most 64 random directions, the same ones every time."""
    number = features.shape[1]
    if number <= DIMENSIONS:
        return features.astype(np.float32)
    directions = np.random.default_rng(0).normal(size=(number, DIMENSIONS))
    return (features @ directions / np.sqrt(DIMENSIONS)).astype(np.float32)
