"""Orthophotos of towns that do not exist, with their land cover.

The demo cities stand in for real data sets: they share how a town is built, and
differ in plan, roofs, season, light and camera, so that a network trained on one
loses accuracy on another.
"""

import cv2
import numpy as np

from mmuda.demo.canvas import BUILDING, Canvas, material
from mmuda.demo.cities import (
    BANDS,
    CITIES,
    CLASSES,
    AerialCamera,
    Buildings,
    City,
    Greenery,
    Plan,
    Sun,
)
from mmuda.demo.ground import (
    paint_ground,
    paint_parking,
    paint_sites,
    paint_streets,
    paint_yard,
)
from mmuda.demo.layout import STREET, Layout, build_houses, lay_out
from mmuda.demo.light import add_grain, expose, illuminate
from mmuda.demo.numbering import check_whole
from mmuda.demo.objects import draw_car, draw_house, draw_tree

__all__ = [
    'BANDS',
    'CITIES',
    'CLASSES',
    'AerialCamera',
    'Buildings',
    'City',
    'Greenery',
    'Plan',
    'Sun',
    'render_scene',
]

# Things beyond the edge of a scene reach into it with crowns and shadows.
MARGIN_M = 8.0


def render_scene(
    city: City, index: int, size_px: int, seed: int = 0, gsd_m: float = 0.2
) -> tuple[np.ndarray, np.ndarray]:
    """Draw one square scene of a city.

    The same arguments give the same scene, bit by bit, whatever the state of the
    global random numbers. A scene does not continue that of another index.

    Args:
        city: One of ``CITIES``, or a variant made with ``dataclasses.replace``;
            what is drawn where hangs on the city's name, not on its sun or camera.
        index: Number of the scene, from 0.
        size_px: Side of the scene, in pixels.
        seed: Another seed gives another town, from 0.
        gsd_m: Size of a pixel on the ground, in metres.

    Returns:
        Image, uint8, shape (size_px, size_px, 4), its channels in the order of
        ``BANDS``; and class ids, uint8, shape (size_px, size_px), 0 to 5 in the
        order of ``CLASSES``, of what is seen from above.

    Raises:
        ValueError: If an argument is not of the kind or range above.
    """
    _check(city, index, size_px, seed, gsd_m)
    entropy = [int(seed), int(index), int(size_px), *city.name.encode()]
    parts = np.random.SeedSequence(entropy).spawn(5)
    plan_rng, ground_rng, object_rng, grain_rng, camera_rng = map(
        np.random.default_rng, parts
    )
    margin_px = round(MARGIN_M / gsd_m)
    shape = (size_px + 2 * margin_px,) * 2
    layout = lay_out(city.plan, shape, gsd_m, plan_rng)
    build_houses(layout, city.plan, city.buildings, plan_rng)
    canvas = Canvas(shape, gsd_m, grain_rng)
    _paint(canvas, layout, city, ground_rng)
    _raise(canvas, layout, city, object_rng)
    add_grain(canvas, grain_rng)
    image = expose(illuminate(canvas, city.sun), city.camera, camera_rng)
    inner = (slice(margin_px, margin_px + size_px),) * 2
    return image[inner].copy(), canvas.labels[inner].copy()


def _check(city: City, index: int, size_px: int, seed: int, gsd_m: float) -> None:
    if not isinstance(city, City):
        raise ValueError(f"city is {city!r}, expected a City such as CITIES['potsdam']")
    check_whole('index', index)
    check_whole('size_px', size_px, 1)
    check_whole('seed', seed)
    if not 0.05 <= gsd_m <= 1:
        raise ValueError(f'gsd_m is {gsd_m!r}, expected 0.05 to 1 metre per pixel')


def _paint(
    canvas: Canvas, layout: Layout, city: City, rng: np.random.Generator
) -> None:
    paint_ground(canvas, layout, city.greenery, rng)
    paint_streets(canvas, layout, city.plan.sidewalk_m, rng)
    paint_parking(canvas, layout, ('halls',), rng)
    paint_parking(canvas, layout, ('halls', 'perimeter'), rng)
    if rng.random() < 0.4:
        paint_parking(canvas, layout, ('park', 'homes'), rng)
    for house in tuple(layout.houses):
        if house.use == 'homes':
            paint_yard(canvas, layout, house, city, rng)
    paint_sites(canvas, layout, city, rng)


def _raise(
    canvas: Canvas, layout: Layout, city: City, rng: np.random.Generator
) -> None:
    for house in layout.houses:
        if house.use == 'garage':
            canvas.block(
                house.box, material('gravel', rng, 0.3), BUILDING, rng.uniform(2.4, 2.8)
            )
        else:
            draw_house(canvas, house, city.buildings, rng)
    _drive(canvas, layout, city, rng)
    _plant(canvas, layout, city, rng)


def _drive(
    canvas: Canvas, layout: Layout, city: City, rng: np.random.Generator
) -> None:
    """Park cars along the kerbs and send some down the lanes."""
    main = layout.streets[-1]
    for street in layout.streets:
        if street.rail:
            continue
        others = np.concatenate([s.points for s in layout.streets if s is not street])
        lanes = [(side, 0.5 - 1.1 / street.width_m, 6.0) for side in (-1, 1)]
        lanes = lanes[: 1 if street.width_m < 6 else 2]
        if street.width_m > 6.4:
            lanes += [
                (side, 0.17, 38.0 if street is main else 60.0) for side in (-1, 1)
            ]
        for side, offset, spacing_m in lanes:
            along = rng.uniform(0, spacing_m)
            while along < street.length_m:
                start, end = street.at(np.array([along, along + 1.0]))
                ahead = (end - start) / max(np.hypot(*(end - start)), 1e-9)
                spot = start + side * offset * street.width_m * ahead[::-1] * (-1, 1)
                clear = (
                    np.square(others - start).sum(axis=1).min()
                    > (street.width_m / 2 + 4.5) ** 2
                )
                if spacing_m > 6 or (clear and rng.random() < city.plan.parked):
                    van_m = rng.uniform(6.0, 8.5) if rng.random() < 0.06 else None
                    draw_car(
                        canvas, spot, np.arctan2(*(side * ahead)[::-1]), rng, van_m
                    )
                along += spacing_m * rng.uniform(0.95, 1.4)


def _plant(
    canvas: Canvas, layout: Layout, city: City, rng: np.random.Generator
) -> None:
    """Plant trees along streets, in gardens and in groups in parks."""
    greenery, gsd_m = city.greenery, canvas.gsd_m
    least_m, most_m = greenery.crown_m
    walls = (canvas.labels == BUILDING) | (canvas.height > 2)
    to_wall = cv2.distanceTransform((~walls).astype(np.uint8), cv2.DIST_L2, 3) * gsd_m
    spots = [*_avenue_spots(layout, city, rng), *_garden_spots(layout, city, rng)]
    planted: list[tuple[float, float, float]] = []
    for x, y in spots:
        row, column = int(y / gsd_m), int(x / gsd_m)
        if not (0 <= row < canvas.shape[0] and 0 <= column < canvas.shape[1]):
            continue
        radius_m = min(rng.uniform(least_m, most_m), to_wall[row, column] / 0.85)
        if radius_m < 0.8 * least_m:
            continue
        near = np.array(planted).reshape(-1, 3)
        gaps = np.hypot(near[:, 0] - x, near[:, 1] - y) - 0.7 * (near[:, 2] + radius_m)
        if (gaps < 0).any():
            continue
        planted.append((x, y, radius_m))
        draw_tree(canvas, np.array([x, y]), radius_m, greenery, rng)


def _avenue_spots(
    layout: Layout, city: City, rng: np.random.Generator
) -> list[np.ndarray]:
    spots = []
    for street in layout.streets:
        if street.rail or rng.random() >= city.greenery.street_trees:
            continue
        offset_m = street.width_m / 2 + 0.4 * city.plan.sidewalk_m
        for side in (-1, 1):
            along = np.arange(rng.uniform(0, 9), street.length_m - 1, 9.5)
            along += rng.normal(0, 0.4, len(along))
            start, end = street.at(along), street.at(along + 1.0)
            away = (end - start)[:, ::-1] * (-1, 1)
            spots.extend(start + side * offset_m * away)
    return spots


def _garden_spots(
    layout: Layout, city: City, rng: np.random.Generator
) -> list[np.ndarray]:
    extent_m = np.array(layout.blocks.shape[::-1]) * layout.gsd_m
    count = int(city.greenery.trees_per_ha * extent_m.prod() / 1e4)
    groups = rng.uniform(0, 1, (max(count // 9, 1), 2)) * extent_m
    single = rng.uniform(0, 1, (2 * count, 2)) * extent_m
    spots = np.concatenate(
        (np.repeat(groups, 5, axis=0) + rng.normal(0, 5, (5 * len(groups), 2)), single)
    )
    kept = []
    for spot in spots[rng.permutation(len(spots))]:
        block = layout.block_at(spot)
        column, row = np.floor(spot / layout.gsd_m).astype(int)
        chance = 0.3
        if block != STREET and not layout.taken[row, column]:
            chance = {'park': 1.0, 'homes': 0.6, 'halls': 0.15}.get(
                layout.uses[block], 0.45
            )
            if rng.random() < chance:
                kept.append(spot)
    return kept
