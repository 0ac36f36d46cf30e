"""Rare-class sampling: images that show what there is little of, more often."""

from collections.abc import Sequence

import numpy as np

from mmuda.datasets.class_counts import ClassCounts
from mmuda.datasets.domain import DomainConcatDataset


def class_probabilities(pixels: np.ndarray, temperature: float) -> np.ndarray:
    """Probability of each class to be asked for (DAFormer, Eq. 6 and 7).

    ``softmax((1 - f) / temperature)``, f the share of the class in all labelled pixels.
    A class that does not occur is never asked for.

    Args:
        pixels: Of each image and class, (images, classes).
        temperature: Above 0; the lower, the more the rarest class comes first.
    """
    totals = pixels.sum(axis=0)
    exponents = (1 - totals / totals.sum()) / temperature
    weights = np.where(totals > 0, np.exp(exponents - exponents.max()), 0.0)
    return weights / weights.sum()


class RareClasses:
    """Draws images by the classes that they show.

    Hoyer et al. 2022 (DAFormer), Sect. 3.3: first a class, the rarer the likelier; then
    one of the images that show it, all equally likely.

    Args:
        dataset: The domains.
        class_counts: File of the :class:`~mmuda.datasets.class_counts.ClassCounts` of
            each source, in order.
        temperature: See :func:`class_probabilities`.
        min_pixels: An image shows a class if it has so many pixels of it. A class that
            no image shows is never asked for.

    Raises:
        ValueError: If there is not one file per source, the temperature is not
            positive, or no image of a source shows any class.
    """

    def __init__(
        self,
        dataset: DomainConcatDataset,
        class_counts: Sequence[str],
        temperature: float = 0.01,
        min_pixels: int = 3000,
    ) -> None:
        sources = [name for name in dataset.domains if name != 'target']
        if len(class_counts or ()) != len(sources):
            raise ValueError(
                f'class_counts must be {len(sources)} files, one per source, got '
                f'{class_counts!r}'
            )
        if temperature <= 0:
            raise ValueError(f'temperature must be positive, got {temperature}')
        self._pixels = {
            name: ClassCounts.load(file, member).pixels
            for name, file, member in zip(
                sources, class_counts, dataset.datasets, strict=False
            )
        }
        self.temperature, self.min_pixels = temperature, min_pixels
        self._known: dict[tuple, tuple[np.ndarray, np.ndarray]] = {}

    def pick(
        self, domain: str, candidates: np.ndarray, rng: np.random.Generator
    ) -> int:
        """Draw one of some images of a source.

        Args:
            domain: The source.
            candidates: Numbers of its images, from 0.
            rng: Draws it.
        """
        probabilities, shown = self._of(domain, candidates)
        label = rng.choice(len(probabilities), p=probabilities)
        return int(candidates[rng.choice(np.flatnonzero(shown[:, label]))])

    def _of(self, domain: str, candidates: np.ndarray) -> tuple:
        key = domain, len(candidates)
        if key not in self._known:
            pixels = self._pixels[domain][candidates]
            shown = pixels >= max(1, self.min_pixels)
            if not shown.any():
                raise ValueError(
                    f'no image of {domain} has {self.min_pixels} pixels of any class: '
                    'lower min_pixels'
                )
            known = class_probabilities(pixels, self.temperature) * shown.any(axis=0)
            self._known[key] = known / known.sum(), shown
        return self._known[key]
