"""Images, label maps and their overlays as pictures."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

IGNORED = (128, 128, 128)


def displayable(image: np.ndarray) -> np.ndarray:
    """Three bands of an image, stretched for the eye.

    Args:
        image: Any number of bands, (H, W, B). The first three are shown as red,
            green and blue (near-infrared, red, green: the usual false colours), a
            single one as grey.

    Returns:
        uint8, (H, W, 3). 8-bit images are left as they are, others are stretched
        between their 2nd and 98th percentile.
    """
    bands = image[..., :3] if image.shape[2] >= 3 else image[..., :1].repeat(3, 2)
    if bands.dtype == np.uint8:
        return np.ascontiguousarray(bands)
    low, high = np.nanpercentile(bands, (2, 98), axis=(0, 1))
    scaled = (bands - low) / np.maximum(high - low, 1e-6)
    return (255 * np.clip(np.nan_to_num(scaled), 0, 1)).astype(np.uint8)


def stretched_together(
    images: Sequence[np.ndarray], eight_bits: bool
) -> list[np.ndarray]:
    """Several images as pictures whose colours can be compared.

    Args:
        images: Float, in the units of files, (H, W, B) each.
        eight_bits: Whether their levels are those of 8 bits, shown as they are.
            Otherwise all are stretched between the 2nd and 98th percentile of the
            first.

    Returns:
        uint8, (H, W, 3) each.
    """
    low, high = 0.0, 255.0
    if not eight_bits:
        low, high = np.nanpercentile(images[0], (2, 98), axis=(0, 1))
    scaled = [(image - low) / np.maximum(high - low, 1e-6) for image in images]
    levels = [255 * np.clip(np.nan_to_num(image), 0, 1) for image in scaled]
    return [displayable(image.round().astype(np.uint8)) for image in levels]


def colourise(labels: np.ndarray, palette: Sequence[Sequence[int]]) -> np.ndarray:
    """Label map (H, W) in class colours, ignored ones grey, uint8 (H, W, 3)."""
    table = np.full((256, 3), IGNORED, np.uint8)
    table[: len(palette)] = palette
    return table[labels.astype(np.uint8)]


def overlay(
    image: np.ndarray,
    labels: np.ndarray,
    palette: Sequence[Sequence[int]],
    opacity: float = 0.5,
) -> np.ndarray:
    """Colours of ``labels`` laid over ``image`` with ``opacity`` in [0, 1]."""
    mixed = (1 - opacity) * displayable(image) + opacity * colourise(labels, palette)
    return mixed.round().astype(np.uint8)


def save_panels(
    file: str | Path,
    rows: Sequence[Sequence[np.ndarray]],
    titles: Sequence[str],
    classes: Sequence[str] = (),
    palette: Sequence[Sequence[int]] = (),
) -> None:
    """Write a grid of pictures with column titles and a legend of the classes.

    Args:
        file: PNG file.
        rows: uint8 pictures (H, W, 3), the same number in each row.
        titles: One a column.
        classes: Names for the legend, none without.
        palette: Their colours.
    """
    size = (2.2 * len(titles), 2.2 * len(rows) + 0.6)
    figure = Figure(figsize=size, dpi=100, layout='constrained')
    axes = figure.subplots(len(rows), len(titles), squeeze=False)
    for panels, pictures in zip(axes, rows, strict=True):
        for panel, picture in zip(panels, pictures, strict=True):
            panel.imshow(picture, interpolation='nearest')
            panel.set_axis_off()
    for panel, title in zip(axes[0], titles, strict=True):
        panel.set_title(title, fontsize=9)
    handles = [
        Patch(facecolor=np.array(colour) / 255, edgecolor='grey', label=name)
        for name, colour in zip(classes, palette, strict=True)
    ]
    if handles:
        where = dict(loc='outside lower center', ncols=6)
        figure.legend(handles=handles, fontsize=8, **where)
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file)
