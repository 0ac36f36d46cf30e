"""Sunlight, shadows and the camera of the demo cities."""

import cv2
import numpy as np

from mmuda.demo.canvas import IMPERVIOUS, LOW, TREE, Canvas, noise
from mmuda.demo.cities import AerialCamera, Sun

# How strongly the reflectance of each class varies within centimetres,
# decimetres and metres. A table by class id.
GRAIN = np.array(
    [
        (0.05, 0.05, 0.07),
        (0.04, 0.03, 0.05),
        (0.10, 0.09, 0.10),
        (0.10, 0.06, 0.04),
        (0.02, 0.00, 0.00),
        (0.08, 0.08, 0.08),
    ],
    np.float32,
)


def add_grain(canvas: Canvas, rng: np.random.Generator) -> None:
    """Give every surface of a canvas the texture of its class.

    Args:
        canvas: Changed in place.
        rng: Random numbers.
    """
    scales = 1, 0.8 / canvas.gsd_m, 5 / canvas.gsd_m
    grain = np.ones(canvas.shape, np.float32)
    for amount, scale_px in zip(GRAIN.T, scales, strict=True):
        grain += amount[canvas.labels] * noise(rng, canvas.shape, scale_px)
    canvas.albedo *= np.clip(grain, 0.4, 1.8)[..., None]
    # Plants differ in how much red they absorb, asphalt in how grey it is.
    hue = 0.12 * noise(rng, canvas.shape, 2.5 / canvas.gsd_m)
    plants = np.isin(canvas.labels, (LOW, TREE))
    canvas.albedo[..., 1] *= np.where(plants, np.clip(1 + 1.5 * hue, 0.6, 1.5), 1)
    canvas.albedo[..., 3] *= np.where(canvas.labels == IMPERVIOUS, 1 + 0.3 * hue, 1)


def shadow(height: np.ndarray, sun: Sun, gsd_m: float) -> np.ndarray:
    """Where things keep the sun from what lies behind them.

    Args:
        height: Height over the ground in metres, shape (H, W).
        sun: The sun.
        gsd_m: Size of a pixel, in metres.

    Returns:
        0 in the sun to 1 in the shadow, shape (H, W), float32.
    """
    azimuth, elevation = np.deg2rad((sun.azimuth_deg, sun.elevation_deg))
    # The way the light goes, in pixels: x to the right, y downwards.
    away = np.array([-np.sin(azimuth), np.cos(azimuth)])
    step_px = 1.5
    drop_m = step_px * gsd_m * np.tan(elevation)
    ceiling = height.copy()
    for step in range(1, int(height.max() / drop_m) + 1):
        dx, dy = np.round(away * step * step_px).astype(int)
        into, source = _shifted(height.shape, dy, dx)
        np.maximum(ceiling[into], height[source] - step * drop_m, out=ceiling[into])
    return np.clip((ceiling - height - 0.15) / 0.4, 0, 1)


def illuminate(canvas: Canvas, sun: Sun) -> np.ndarray:
    """Light that a canvas sends to the camera.

    Args:
        canvas: What is seen.
        sun: The sun.

    Returns:
        Reflected light, 1 for a white level surface in the sun, shape (H, W, 4).
    """
    azimuth, elevation = np.deg2rad((sun.azimuth_deg, sun.elevation_deg))
    towards = np.array([np.sin(azimuth), -np.cos(azimuth)], np.float32)
    steep = np.sqrt(1 + np.square(canvas.slope).sum(axis=-1))
    facing = np.sin(elevation) - np.cos(elevation) * (canvas.slope @ towards)
    direct = np.maximum(facing, 0) / steep / np.sin(elevation)
    direct *= 1 - cv2.GaussianBlur(
        shadow(canvas.height, sun, canvas.gsd_m), (0, 0), 0.8
    )
    sky = np.array(sun.sky, np.float32)
    # Between walls and under crowns less of the sky is seen.
    reach_px = 2 * round(2.5 / canvas.gsd_m) + 1
    walls = cv2.blur(canvas.height, (reach_px, reach_px))
    open_sky = 1 / (1 + 0.06 * np.maximum(walls - canvas.height, 0))
    light = (1 - sky) * np.minimum(direct, 1.7)[..., None] + sky * open_sky[..., None]
    return canvas.albedo * light.astype(np.float32)


def expose(
    light: np.ndarray, camera: AerialCamera, rng: np.random.Generator
) -> np.ndarray:
    """What the camera makes of light.

    Args:
        light: Reflected light, shape (H, W, 4).
        camera: The camera.
        rng: Random numbers, for the noise.

    Returns:
        Image, uint8, shape (H, W, 4).
    """
    seen = camera.blurred(light)
    neighbour = seen[..., [1, 2, 3, 2]]
    seen = (1 - camera.cross_talk) * seen + camera.cross_talk * neighbour
    seen = (seen + np.float32(camera.haze)) * np.float32(camera.gain)
    seen = np.power(np.clip(seen, 0, None), np.float32(camera.gamma))
    seen = camera.noisy(seen + np.float32(camera.offset), rng)
    return np.clip(np.round(seen * 255), 0, 255).astype(np.uint8)


def _shifted(
    shape: tuple[int, int], dy: int, dx: int
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Slices that move an array by some rows and columns: into and from where."""
    into, source = [], []
    for size, move in zip(shape, (dy, dx), strict=True):
        move = max(-size, min(size, move))
        into.append(slice(max(move, 0), size + min(move, 0)))
        source.append(slice(max(-move, 0), size - max(move, 0)))
    return tuple(into), tuple(source)
