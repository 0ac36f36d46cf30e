"""What is kept of the tiles of a domain: a few pixels of each.

Neighbouring pixels say nearly the same, so that some 200 per tile are enough for class
shares and for choosing between models, and memory grows with the tiles alone. They
stand at the same places in every tile, relative to its size, and in every run: samples
of several models can be compared pixel by pixel.
"""

from dataclasses import dataclass

import numpy as np

PER_TILE = 196  # 14 x 14 cells
IGNORED = 255


@dataclass(frozen=True)
class TileSamples:
    """What a model says at L places of T tiles.

    Args:
        logits: Class scores, float32 (T, L, C).
        valid: Where pixels count, bool (T, L): neither nodata nor unlabelled.
        labels: Class ids, (T, L); None of a domain without labels.
        bands: Values of the image, float32 (T, L, bands).
        features: Of the encoder, float32 (T, L, D).
        augmented: Scores of the tile as an augmentation shows it, at the same places
            of the ground, (T, L, C).
        mixed: Scores of each tile mixed with the next one, the last with the first,
            (T, L, C).
    """

    logits: np.ndarray
    valid: np.ndarray
    labels: np.ndarray | None = None
    bands: np.ndarray | None = None
    features: np.ndarray | None = None
    augmented: np.ndarray | None = None
    mixed: np.ndarray | None = None

    @property
    def tiles(self) -> np.ndarray:
        """Number of the tile of each valid pixel, (n,)."""
        return np.nonzero(self.valid)[0]

    def of(self, name: str) -> np.ndarray:
        """One of the arrays at the valid pixels, (n, ...).

        Raises:
            ValueError: If it was not collected.
        """
        values = getattr(self, name)
        if values is None:
            raise ValueError(f'{name} of the samples were not collected')
        return values[self.valid]

    @property
    def probabilities(self) -> np.ndarray:
        """Softmax of the scores at the valid pixels, float64 (n, C)."""
        return softmax(self.of('logits'))

    @property
    def predicted(self) -> np.ndarray:
        """Predicted classes of all pixels, valid or not, (T, L)."""
        return self.logits.argmax(-1)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Class probabilities, float64, over the last axis."""
    shifted = logits.astype(np.float64) - logits.max(-1, keepdims=True)
    exponentials = np.exp(shifted)
    return exponentials / exponentials.sum(-1, keepdims=True)


def places(height: int, width: int, count: int = PER_TILE) -> np.ndarray:
    """Where the samples of a tile stand: one place in each cell of a square grid.

    Args:
        height: Of the tile, pixels.
        width: Likewise.
        count: At most so many; the largest square number below is taken.

    Returns:
        Flat indices (L,), the same for tiles of one size.
    """
    side = int(np.sqrt(count))
    jitter = np.random.default_rng(0).random((2, side, side))
    cells = np.arange(side)
    rows = (cells[:, None] + jitter[0]) * height / side
    columns = (cells[None] + jitter[1]) * width / side
    return (rows.astype(int) * width + columns.astype(int)).ravel()
