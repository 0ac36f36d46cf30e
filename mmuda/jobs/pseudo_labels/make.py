"""From a config and a checkpoint to the pseudo labels of the target."""

import shutil

import cv2
import numpy as np

from mmuda.datasets.checks import check_images
from mmuda.evaluation import write_figures
from mmuda.files import read_json, write_atomically
from mmuda.jobs.bands import expected_bands
from mmuda.jobs.pseudo_labels.job import FOLDER, LABELS, LabellingJob
from mmuda.jobs.pseudo_labels.options import SPATIAL_PRIOR
from mmuda.jobs.pseudo_labels.predictions import Predictions
from mmuda.jobs.pseudo_labels.rectification import learned_rectifiers
from mmuda.jobs.pseudo_labels.report import Counts, draw_sheet
from mmuda.jobs.pseudo_labels.spatial_prior import spatial_prior
from mmuda.jobs.pseudo_labels.superpixel_classifier import superpixel_classifier
from mmuda.jobs.translation.jobs import begin
from mmuda.jobs.translation.loading import is_translator
from mmuda.pseudo_labels import (
    RECTIFIERS,
    STRATEGIES,
    LandmarkSuperpixels,
    Strategy,
)

SHEET = 'sheet.png'


def make_pseudo_labels(job: LabellingJob, *, with_truth: bool = False) -> dict:
    """Label the target by a strategy.

    ``out`` gets ``manifest.json`` first, ``labels`` with a PNG for each image, 255
    where nothing was chosen, ``sheet.png``, what corrected the predictions (``.npy``),
    if anything did, and at the end ``labels.json``: thresholds, and of each class the
    share of its pixels that was kept. A job that was stopped goes on, a finished one is
    left as it is, and another job is refused.

    Args:
        job: What is to be done.
        with_truth: Whether to read the labels of the target, for analysis: how many
            pseudo labels of each class are right. The labels do not depend on it.

    Returns:
        The content of ``labels.json``.

    Raises:
        ValueError: If ``out`` holds the results of another job, the model is no
            segmentor, or an image or the checkpoint does not fit it.
        FileNotFoundError: If there is no checkpoint.
    """
    if is_translator(job.cfg):
        raise ValueError(
            f'{job.cfg.filename} trains a {job.cfg.model.type}, no segmentor'
        )
    if not job.checkpoint.is_file():
        raise FileNotFoundError(f'checkpoint {job.checkpoint} does not exist')
    begin(job.out, job.manifest())
    if job.finished and not with_truth:
        return read_json(job.out / LABELS)
    check_images(job.images, expected_bands(job.cfg, 'target'))
    strategy = build_strategy(job)
    scratch = job.out / '.predictions'
    predictions = Predictions(job, strategy, scratch, learned_rectifiers(job))
    predictions.make()
    for kept in predictions:
        strategy.learn(kept)
    counts = Counts(job, with_truth)
    for index, kept in enumerate(predictions):
        labels = strategy.choose(kept)
        write_labels(job, index, labels)
        counts.add(index, kept, labels)
    draw_sheet(job, predictions, job.out / SHEET, with_truth)
    figures = counts.figures(strategy)
    write_figures(job.out / LABELS, figures)
    shutil.rmtree(scratch)
    return figures


def build_strategy(job: LabellingJob) -> Strategy:
    """The strategy of a job, with what it must know of the source."""
    options = {k: v for k, v in job.options.items() if k not in RECTIFIERS}
    if options.pop(SPATIAL_PRIOR, False):
        options['prior'] = spatial_prior(job.sources, len(job.classes))
    strategy = STRATEGIES[job.strategy](len(job.classes), **options)
    if isinstance(strategy, LandmarkSuperpixels):
        strategy.classifier = superpixel_classifier(job, strategy)
    return strategy


def write_labels(job: LabellingJob, index: int, labels: np.ndarray) -> None:
    """Write the PNG file of an image."""
    file = job.out / FOLDER / job.names[index]
    file.parent.mkdir(parents=True, exist_ok=True)
    _, content = cv2.imencode('.png', labels)
    with write_atomically(file, 'wb') as out:
        out.write(content.tobytes())
