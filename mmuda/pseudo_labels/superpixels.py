"""Superpixels of an image, and what a prediction says of each."""

from collections.abc import Callable
from importlib import import_module

import numpy as np

IGNORED = 255
COMPACTNESS = 0.1  # of SLIC: what 10 is for colours in [0, 100]


def slic() -> Callable[..., np.ndarray]:
    """The function of scikit-image, which brings the range of an image to [0, 1].

    Raises:
        ImportError: If it is not installed.
    """
    try:
        return import_module('skimage.segmentation').slic
    except ImportError as error:
        raise ImportError(
            'superpixels need scikit-image: install mmuda[superpixels]'
        ) from error


def superpixels(image: np.ndarray, number: int) -> np.ndarray:
    """SLIC superpixels (Achanta et al. 2012).

    Args:
        image: Of any bands, (H, W, B).
        number: About how many.

    Returns:
        Ids from 0 on, all of them in use, int64 (H, W).

    Raises:
        ImportError: Without scikit-image.
    """
    found = slic()(
        image.astype(np.float32),
        n_segments=number,
        compactness=COMPACTNESS,
        start_label=0,
        convert2lab=False,  # bands need not be red, green and blue
    )
    return np.unique(found, return_inverse=True)[1].reshape(found.shape)


def described(
    probabilities: np.ndarray, ids: np.ndarray, valid: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What a classifier of superpixels sees of each.

    Args:
        probabilities: Of the classes, (C, H, W).
        ids: Of the superpixels, from 0 to K - 1, (H, W).
        valid: Pixels that count, bool (H, W).

    Returns:
        Features (K, 5 C): the mean probabilities of a superpixel, then those of its
        neighbours to the left, to the right, above and below, each weighing as much as
        it touches, 0 where there is none; and its valid pixels, (K,).
    """
    count = int(ids.max()) + 1
    flat, weight = ids.ravel(), valid.ravel().astype(np.float64)
    pixels = np.bincount(flat, weight, count)
    sums = [np.bincount(flat, weight * p.ravel(), count) for p in probabilities]
    means = np.stack(sums, 1) / np.maximum(pixels, 1)[:, None]
    right = _contacts(ids[:, :-1], ids[:, 1:], count)
    below = _contacts(ids[:-1], ids[1:], count)
    features = [means]
    for contacts in (right.T, right, below.T, below):
        touching = contacts.sum(1, keepdims=True)
        features.append(contacts @ means / np.maximum(touching, 1))
    return np.concatenate(features, 1), pixels.astype(np.int64)


def _contacts(ids: np.ndarray, beyond: np.ndarray, count: int) -> np.ndarray:
    """How often each superpixel has each other one beside it, (K, K)."""
    differ = ids != beyond
    pairs = ids[differ] * count + beyond[differ]
    return np.bincount(pairs, minlength=count**2).reshape(count, count)


def dominant_classes(
    labels: np.ndarray, ids: np.ndarray, num_classes: int
) -> np.ndarray:
    """The most frequent class of each superpixel, (K,), 255 where none is labelled."""
    count, known = int(ids.max()) + 1, labels < num_classes
    pairs = ids[known] * num_classes + labels[known]
    table = np.bincount(pairs, minlength=count * num_classes)
    table = table.reshape(count, num_classes)
    return np.where(table.any(1), table.argmax(1), IGNORED)
