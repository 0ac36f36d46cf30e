"""A picture of a demo city in the making: reflectance, heights and labels."""

from dataclasses import dataclass

import cv2
import numpy as np

from mmuda.demo.layout import Box

IMPERVIOUS, BUILDING, LOW, TREE, CAR, CLUTTER = range(6)

# Reflectance in near infrared, red, green and blue.
MATERIALS = {
    'asphalt': (0.13, 0.125, 0.125, 0.125),
    'worn asphalt': (0.18, 0.17, 0.165, 0.155),
    'paving': (0.27, 0.25, 0.235, 0.215),
    'concrete': (0.33, 0.31, 0.3, 0.28),
    'paint': (0.55, 0.55, 0.54, 0.52),
    'gravel': (0.25, 0.235, 0.22, 0.2),
    'bitumen': (0.105, 0.1, 0.1, 0.105),
    'slate': (0.125, 0.105, 0.11, 0.12),
    'brick': (0.26, 0.2, 0.125, 0.1),
    'tile': (0.36, 0.3, 0.155, 0.105),
    'metal': (0.5, 0.52, 0.52, 0.52),
    'soil': (0.3, 0.22, 0.165, 0.115),
    'sand': (0.42, 0.36, 0.3, 0.23),
    'rubble': (0.3, 0.28, 0.25, 0.22),
    'ballast': (0.2, 0.18, 0.155, 0.135),
    'rust': (0.26, 0.16, 0.1, 0.07),
    'water': (0.03, 0.12, 0.3, 0.36),
    'court': (0.3, 0.3, 0.12, 0.09),
    'turf': (0.16, 0.07, 0.16, 0.08),
    'dry grass': (0.36, 0.22, 0.19, 0.11),
    'bush': (0.4, 0.045, 0.075, 0.035),
    'glass': (0.05, 0.05, 0.06, 0.07),
    'solar': (0.05, 0.05, 0.07, 0.13),
    'blue': (0.25, 0.06, 0.1, 0.3),
    'red': (0.38, 0.33, 0.05, 0.05),
    'yellow': (0.55, 0.5, 0.38, 0.06),
    'green': (0.3, 0.06, 0.2, 0.1),
    'white': (0.7, 0.72, 0.72, 0.72),
    'silver': (0.4, 0.42, 0.42, 0.43),
    'grey': (0.18, 0.18, 0.19, 0.2),
    'black': (0.05, 0.045, 0.045, 0.05),
}


def material(name: str, rng: np.random.Generator, spread: float = 0.1) -> np.ndarray:
    """Reflectance of a material, a little different at each call.

    Args:
        name: One of ``MATERIALS``.
        rng: Random numbers.
        spread: Standard deviation of the logarithm of its brightness.

    Returns:
        Reflectance in near infrared, red, green and blue, shape (4,).
    """
    brightness = np.exp(rng.normal(0, spread) + rng.normal(0, 0.25 * spread, 4))
    return (np.array(MATERIALS[name]) * brightness).astype(np.float32)


def noise(
    rng: np.random.Generator, shape: tuple[int, int], scale_px: float
) -> np.ndarray:
    """Smooth noise of mean 0 and about unit deviation.

    Args:
        rng: Random numbers.
        shape: Height and width in pixels.
        scale_px: Size of the spots in pixels; 1 gives white noise.

    Returns:
        Array of ``shape``, float32.
    """
    if scale_px <= 1:
        return rng.standard_normal(shape, np.float32)
    coarse = [int(side / scale_px) + 3 for side in shape]
    grid = rng.standard_normal(coarse, np.float32)
    size = [int(np.ceil(side * scale_px)) for side in reversed(coarse)]
    fine = cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC)
    # Start off the edge, where interpolation repeats values.
    return fine[int(scale_px) :, int(scale_px) :][: shape[0], : shape[1]] * 1.2


@dataclass(frozen=True)
class Window:
    """The part of a canvas around a box, in the box's own coordinates.

    Args:
        rows: Rows of the canvas.
        columns: Columns of the canvas.
        u: Metres along the box from its centre, for each pixel.
        v: Metres across the box from its centre, for each pixel.
        box: The box.
    """

    rows: slice
    columns: slice
    u: np.ndarray
    v: np.ndarray
    box: Box

    @property
    def inside(self) -> np.ndarray:
        """Which pixels lie in the box."""
        half_u, half_v = self.box.half
        return (np.abs(self.u) <= half_u) & (np.abs(self.v) <= half_v)

    def slope(self, along: np.ndarray, across: np.ndarray) -> np.ndarray:
        """Turn slopes along and across the box into slopes to x and y."""
        cos, sin = np.cos(self.box.angle), np.sin(self.box.angle)
        return np.stack((along * cos - across * sin, along * sin + across * cos), -1)


class Canvas:
    """Reflectance, height, slope and label of each pixel.

    Args:
        shape: Height and width in pixels.
        gsd_m: Size of a pixel, in metres.
        rng: Random numbers, for the grain of surfaces.

    Attributes:
        albedo: Reflectance in ``BANDS``, shape (H, W, 4).
        height: Height over the ground in metres, shape (H, W).
        slope: Rise to x and to y per metre, shape (H, W, 2).
        labels: Class ids, shape (H, W).
        clumps: Noise with spots of about a metre, shape (H, W).
    """

    def __init__(
        self, shape: tuple[int, int], gsd_m: float, rng: np.random.Generator
    ) -> None:
        self.shape = shape
        self.gsd_m = gsd_m
        self.albedo = np.zeros((*shape, 4), np.float32)
        self.height = np.zeros(shape, np.float32)
        self.slope = np.zeros((*shape, 2), np.float32)
        self.labels = np.zeros(shape, np.uint8)
        self.clumps = noise(rng, shape, 0.9 / gsd_m)

    def window(self, box: Box) -> Window | None:
        """The part of the canvas a box touches, None if it lies outside."""
        corners = box.corners() / self.gsd_m
        low = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
        high = np.minimum(np.ceil(corners.max(axis=0)).astype(int), self.shape[::-1])
        if (low >= high).any():
            return None
        x = (np.arange(low[0], high[0], dtype=np.float32) + 0.5) * self.gsd_m
        y = (np.arange(low[1], high[1], dtype=np.float32) + 0.5) * self.gsd_m
        x, y = x - np.float32(box.centre[0]), y[:, None] - np.float32(box.centre[1])
        cos, sin = np.float32(np.cos(box.angle)), np.float32(np.sin(box.angle))
        columns, rows = slice(low[0], high[0]), slice(low[1], high[1])
        return Window(rows, columns, x * cos + y * sin, y * cos - x * sin, box)

    def put(
        self,
        window: Window,
        mask: np.ndarray,
        albedo: np.ndarray,
        label: int,
        height: np.ndarray | float = 0.0,
        slope: np.ndarray | None = None,
    ) -> None:
        """Cover some pixels of a window.

        Args:
            window: Where.
            mask: Which pixels, of the window's shape.
            albedo: Reflectance, shape (4,) or that of the window with 4 channels.
            label: Class id.
            height: Height over the ground in metres.
            slope: Rise to x and to y per metre; level if None.
        """
        where = window.rows, window.columns
        self.albedo[where][mask] = albedo if albedo.ndim == 1 else albedo[mask]
        self.labels[where][mask] = label
        self.height[where][mask] = np.broadcast_to(height, mask.shape)[mask]
        self.slope[where][mask] = 0 if slope is None else slope[mask]

    def fill(self, mask: np.ndarray, albedo: np.ndarray, label: int) -> None:
        """Cover pixels of the level ground.

        Args:
            mask: Which pixels, shape (H, W).
            albedo: Reflectance, shape (4,).
            label: Class id.
        """
        self.albedo[mask] = albedo
        self.labels[mask] = label

    def patch(self, box: Box, albedo: np.ndarray, label: int) -> None:
        """Cover a box on the level ground.

        Args:
            box: Where.
            albedo: Reflectance, shape (4,).
            label: Class id.
        """
        self.block(box, albedo, label, 0.0)

    def block(self, box: Box, albedo: np.ndarray, label: int, height_m: float) -> None:
        """Put up a box with a level top.

        Args:
            box: Where.
            albedo: Reflectance, shape (4,).
            label: Class id.
            height_m: Height of its top over the ground, in metres.
        """
        window = self.window(box)
        if window is not None:
            self.put(window, window.inside, albedo, label, height_m)
