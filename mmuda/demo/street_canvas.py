"""A picture of a demo street in the making: colours, labels and distances."""

from collections.abc import Sequence

import cv2
import numpy as np

from mmuda.demo.streets import CLASSES, Colour, StreetCamera

FAR_M = 120.0
Point = tuple[float, float, float]


class StreetCanvas:
    """Colour, class id and distance of each pixel, painted from far to near.

    Points are (x, y, z) in metres: to the right of the camera, up from the road, and
    ahead.

    Args:
        shape: Height and width in pixels.
        camera: Camera.

    Attributes:
        image: Red, green and blue, shape (H, W, 3), uint8.
        labels: Ids in ``CLASSES``, 255 = no class, shape (H, W), uint8.
        distance: Metres from the camera, shape (H, W), float32.
    """

    def __init__(self, shape: tuple[int, int], camera: StreetCamera) -> None:
        height, width = shape
        self.shape = shape
        self.camera_m = camera.height_m
        self.focal_px = camera.focal * width
        self.centre = width / 2, camera.horizon * height
        self.image = np.zeros((*shape, 3), np.uint8)
        self.labels = np.full(shape, CLASSES.index('sky'), np.uint8)
        self.distance = np.full(shape, np.inf, np.float32)

    def project(self, point: Point) -> tuple[int, int]:
        """Column and row of a point."""
        x, y, z = point
        column = self.centre[0] + self.focal_px * x / z
        row = self.centre[1] + self.focal_px * (self.camera_m - y) / z
        limit = 20_000  # OpenCV draws in 32 bits
        return (
            round(float(np.clip(column, -limit, limit))),
            round(float(np.clip(row, -limit, limit))),
        )

    def scale(self, z: float) -> float:
        """Pixels a metre at a distance."""
        return self.focal_px / z

    def face(self, points: Sequence[Point], colour: Sequence[float], name: str) -> None:
        """Paint a flat polygon, at the distance of its middle."""
        outline = np.array([self.project(p) for p in points], np.int32)
        self._paint(outline, colour, name, float(np.mean([p[2] for p in points])))

    def upright(
        self,
        left: Point,
        size_m: tuple[float, float],
        colour: Sequence[float],
        name: str,
    ) -> None:
        """Paint a rectangle that faces the camera, from its lower left corner on."""
        (x, y, z), (width, height) = left, size_m
        corners = [(x, y, z), (x + width, y, z), (x + width, y + height, z)]
        self.face([*corners, (x, y + height, z)], colour, name)

    def disc(
        self,
        middle: Point,
        size_m: tuple[float, float],
        colour: Sequence[float],
        name: str,
    ) -> None:
        """Paint an ellipse of a width and height that faces the camera."""
        axes = [max(1, round(0.5 * side * self.scale(middle[2]))) for side in size_m]
        outline = cv2.ellipse2Poly(self.project(middle), axes, 0, 0, 360, 30)
        self._paint(outline, colour, name, middle[2])

    def shade(self, middle: Point, size_m: tuple[float, float], share: float) -> None:
        """Darken an ellipse of the road around a point on it."""
        axes = [
            max(1, round(0.5 * size_m[0] * self.scale(middle[2]))),
            max(1, round(0.12 * size_m[1] * self.scale(middle[2]))),
        ]
        mask = np.zeros(self.shape, np.uint8)
        cv2.ellipse(mask, self.project(middle), axes, 0, 0, 360, 1, -1)
        inside = mask.astype(bool)
        self.image[inside] = (self.image[inside] * (1 - share)).astype(np.uint8)

    def _paint(
        self, outline: np.ndarray, colour: Sequence[float], name: str, z: float
    ) -> None:
        shade = tuple(int(np.clip(part, 0, 255)) for part in colour)
        cv2.fillPoly(self.image, [outline], shade)
        cv2.fillPoly(self.labels, [outline], CLASSES.index(name))
        cv2.fillPoly(self.distance, [outline], z)


def vary(colour: Colour, rng: np.random.Generator, spread: float = 0.12) -> np.ndarray:
    """A colour, a little lighter or darker at each call; shape (3,)."""
    return np.array(colour) * np.exp(rng.normal(0, spread))
