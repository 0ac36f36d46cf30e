"""Cross-domain retrieval by the features of a trained model."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS, MODELS
from rich.progress import track
from torch import Tensor, nn
from torch.utils.data import ConcatDataset, Dataset

from mmuda.datasets.domain import seeded
from mmuda.engine.checkpoint import load_weights
from mmuda.evaluation import Retrieval, cross_domain_retrieval, write_figures
from mmuda.jobs.data_sets import members_of, without_labels
from mmuda.jobs.demo import SIZES
from mmuda.jobs.domains import source_domains
from mmuda.jobs.statistics import with_target_images
from mmuda.models.adaptor import DomainAdaptor
from mmuda.models.domains import DomainBatch
from mmuda.models.taps import check_taps, read_taps
from mmuda.models.validity import image_means

# What is done to images before they are looked at; augmentation is not.
KEPT = ('Load', 'Pack', *SIZES)


@torch.no_grad()
def measure_retrieval(
    cfg: Config,
    checkpoint: str | Path,
    tap: str | None = None,
    num_images: int = 1000,
    batch_size: int = 8,
) -> dict:
    """How well source and target mix in a layer of a model (LSD, Sect. 5.4).

    The descriptor of an image is the mean of the layer over its valid part, by the
    model as it is tested. Images are drawn from the training images of both domains,
    resized and cropped as in training; labels are not read.

    Args:
        cfg: A config that was loaded, of an adapted model or a plain segmentor.
        checkpoint: Of its model.
        tap: The layer; by default the last one of the first objective that reads any.
        num_images: Of each domain in the pool, and as many again as queries; of a
            smaller data set one half each.
        batch_size: Images per forward pass.

    Returns:
        ``tap``, ``images``, and by the domain of the queries (``source``, ``target``)
        ``found``, ``mAP`` in percent and ``share``; see
        :class:`~mmuda.evaluation.Retrieval`.

    Raises:
        ValueError: If the model has no such layer, it gives no maps of features, none
            is named and no objective reads one, or a data set has a single image.
    """
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    model = MODELS.build(cfg.model)
    tap = tap or _own_tap(model, cfg)
    segmentor = getattr(model, 'segmentor', model)
    check_taps(segmentor, [tap])
    load_weights(model, checkpoint)
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    model.to(device).eval()
    preprocessor = _preprocessor(model, cfg).to(device)
    pools, queries = {}, {}
    for domain, images, halves in _drawn(cfg, num_images):
        for found, half in zip((pools, queries), halves, strict=True):
            batches = _batches(preprocessor, images, half, batch_size)
            found[domain] = _descriptors(segmentor, tap, batches)
    measured = cross_domain_retrieval(
        queries['source'], queries['target'], pools['source'], pools['target']
    )
    numbers = {domain: len(pool) for domain, pool in pools.items()}
    found = {domain: _plain(retrieval) for domain, retrieval in measured.items()}
    return {'tap': tap, 'images': numbers, **found}


def _plain(retrieval: Retrieval) -> dict:
    return {
        'found': retrieval.found.tolist(),
        'mAP': 100 * retrieval.mean_average_precision,
        'share': retrieval.share,
    }


def _own_tap(model: nn.Module, cfg: Config) -> str:
    for objective in getattr(model, 'objectives', {}).values():
        if objective.taps:
            return objective.taps[-1]
    raise ValueError(
        f'no objective of {cfg.filename} reads a layer: name one by --tap, such as '
        'backbone.layer4'
    )


class _Images(Dataset):
    """Unlabelled images of a domain, not augmented, stamped with it.

    Args:
        dataset: Config of a data set that is trained on.
        domain: As in training, such as ``'source_0'``.
    """

    def __init__(self, dataset: dict, domain: str) -> None:
        bare = without_labels(dataset)
        bare.pipeline = [s for s in bare.pipeline if s['type'].startswith(KEPT)]
        self.dataset, self.domain = DATASETS.build(bare), domain

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> dict:
        with seeded(index):  # for pipelines that crop at random
            sample = self.dataset[index]
        sample['data_samples'].set_metainfo({'domain': self.domain})
        return sample


def _images(cfg: Config) -> dict[str, Dataset]:
    """Training images of all sources together, and of the target."""
    dataset = cfg.train_dataloader.dataset
    target = dataset.get('target')
    if target is None:
        target = with_target_images(cfg).train_dataloader.dataset.target
    members = members_of(dataset)
    names = source_domains(len(members))
    sources = [_Images(m, name) for m, name in zip(members, names, strict=True)]
    return {'source': ConcatDataset(sources), 'target': _Images(target, 'target')}


def _drawn(
    cfg: Config, num_images: int
) -> Iterator[tuple[str, Dataset, list[np.ndarray]]]:
    """Images of each domain, and which of them are its pool and which its queries."""
    rng = np.random.default_rng(cfg.get('randomness', {}).get('seed') or 0)
    for domain, images in _images(cfg).items():
        number = min(num_images, len(images) // 2)
        if not number:
            raise ValueError(
                f'retrieval needs two images of each domain, the {domain} has '
                f'{len(images)}'
            )
        chosen = rng.permutation(len(images))[: 2 * number]
        yield domain, images, np.split(chosen, 2)


def _preprocessor(model: nn.Module, cfg: Config) -> nn.Module:
    """What normalises images of either domain, and knows their valid part."""
    if isinstance(model, DomainAdaptor):
        return model.data_preprocessor
    settings = {**cfg.model.data_preprocessor, 'type': 'DomainDataPreprocessor'}
    return MODELS.build(settings)


def _batches(
    preprocessor: nn.Module, images: Dataset, chosen: np.ndarray, batch_size: int
) -> Iterator[DomainBatch]:
    parts = np.array_split(chosen, -(-len(chosen) // batch_size))
    for part in track(parts, 'images'):
        samples = pseudo_collate([images[int(index)] for index in part])
        yield from preprocessor(samples, True).values()


def _descriptors(
    segmentor: nn.Module, tap: str, batches: Iterable[DomainBatch]
) -> np.ndarray:
    """Means (n, D) of the features that a layer has of images."""
    found = []
    for batch in batches:
        features = read_taps(segmentor, batch.inputs, [tap])[tap]
        if not isinstance(features, Tensor) or features.dim() != 4:
            shape = tuple(getattr(features, 'shape', ())) or type(features).__name__
            raise ValueError(
                f'layer {tap!r} gives {shape}, expected features (N, D, h, w): name '
                'another, such as a part of it'
            )
        found.append(image_means(features, batch.valid).float().cpu().numpy())
    return np.concatenate(found)


def read_retrieval(file: str | Path) -> dict:
    """What :func:`measure_retrieval` returned and ``write_figures`` wrote.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is another file.
    """
    file = Path(file)
    if not file.is_file():
        raise FileNotFoundError(f'{file} does not exist, expected retrieval.json')
    try:
        content = json.loads(file.read_text())
    except json.JSONDecodeError as error:
        raise ValueError(f'{file} is no JSON: {error}') from error
    if not isinstance(content, dict) or not {'source', 'target'} <= content.keys():
        raise ValueError(f'{file} is no retrieval.json: it lacks source or target')
    return content


def write_retrieval(figures: dict, out: Path) -> Path:
    """Write ``retrieval.json`` into a folder; returns it."""
    file = out / 'retrieval.json'
    write_figures(file, figures)
    return file
