"""What tells superpixels apart: learnt once from those of the source, then on disk."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from mmseg.registry import DATASETS
from rich.progress import track

from mmuda.files import write_atomically
from mmuda.jobs.data_sets import is_label_loader
from mmuda.jobs.pseudo_labels.job import PACK, LabellingJob, without_random_steps
from mmuda.jobs.pseudo_labels.predictions import predict_images
from mmuda.pseudo_labels.landmark_superpixels import LandmarkSuperpixels
from mmuda.pseudo_labels.linear_svm import fit_linear_svm
from mmuda.pseudo_labels.superpixels import IGNORED, described, dominant_classes

FILE = 'classifier.npy'
MOST_IMAGES = 500  # of each source, evenly spaced: 50,000 superpixels


def superpixel_classifier(
    job: LabellingJob, strategy: LandmarkSuperpixels
) -> np.ndarray:
    """Weights of the classifier, learnt unless they lie in the folder of the job.

    Raises:
        ValueError: If a source has no labels.
    """
    file = Path(job.out, FILE)
    if not file.is_file():
        learnt = [s for source in job.sources for s in _samples(job, source, strategy)]
        features, classes = (np.concatenate(part) for part in zip(*learnt, strict=True))
        number = strategy.num_classes
        weights = fit_linear_svm(features, classes, number, strategy.cost)
        with write_atomically(file, 'wb') as out:
            np.save(out, weights)
    return np.load(file)


def _samples(
    job: LabellingJob, source: dict, strategy: LandmarkSuperpixels
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Features and classes of the labelled superpixels of each image."""
    if not any(map(is_label_loader, source['pipeline'])):
        raise ValueError('landmark superpixels need the labels of the source')
    steps = without_random_steps(source['pipeline'])
    dataset = DATASETS.build({**source, 'pipeline': [*steps, PACK]})
    count = min(MOST_IMAGES, len(dataset))
    chosen = np.linspace(0, len(dataset) - 1, count).astype(int).tolist()
    workers = job.cfg.train_dataloader.get('num_workers', 0)
    model = replace(job, alpha=0.0).load_model()  # with the source's statistics
    predictions = predict_images(model, dataset, chosen, workers)
    for index, sample, _ in track(predictions, 'superpixels of the source', count):
        probabilities = sample.seg_logits.data.float().softmax(0)
        size = probabilities.shape[1:]
        ids = strategy.ids(dataset[index]['inputs'], size)
        labels = _resized(sample.gt_sem_seg.data, size)
        features, _ = described(probabilities.cpu().numpy(), ids, labels != IGNORED)
        classes = dominant_classes(labels, ids, strategy.num_classes)
        yield features[classes != IGNORED], classes[classes != IGNORED]


def _resized(labels: torch.Tensor, size: tuple[int, int]) -> np.ndarray:
    """A label map (1, h, w) at another size."""
    return F.interpolate(labels[None].double(), size)[0, 0].long().cpu().numpy()
