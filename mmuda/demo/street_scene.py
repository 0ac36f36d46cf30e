"""Drawing a street scene that does not exist, as a camera on a car sees it."""

import zlib
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

import cv2
import numpy as np

from mmuda.demo.numbering import check_whole
from mmuda.demo.street_canvas import FAR_M, StreetCanvas, vary
from mmuda.demo.street_objects import (
    GLASS,
    draw_bush,
    draw_lamp_post,
    draw_person,
    draw_traffic_light,
    draw_traffic_sign,
    draw_tree,
    draw_two_wheeler,
    draw_vehicle,
    pick,
)
from mmuda.demo.streets import TRAFFIC, Street

NEAR_M = 2.0
OVERSAMPLING = 2
IGNORED = 255

Rng = np.random.Generator
# Distance, and what draws the thing.
Thing = tuple[float, Callable[[], None]]


def render_street(
    street: Street, index: int, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Draw a street scene; the same arguments give the same scene everywhere.

    Args:
        street: Kind of street.
        index: Number of the scene, from 0.
        seed: Further seed.

    Returns:
        Red, green and blue, shape (H, W, 3), and train ids with 255 = ignored, shape
        (H, W), both uint8.

    Raises:
        ValueError: If an argument is out of range.
    """
    for name, value in (('index', index), ('seed', seed)):
        check_whole(name, value)
    rng = np.random.default_rng([seed, zlib.crc32(street.name.encode()), index])
    shape = tuple(OVERSAMPLING * side for side in reversed(street.size_px))
    canvas = StreetCanvas(shape, street.camera)
    kerbs = rng.uniform(*street.lanes_m, 2) * (-1, 1)
    fronts = kerbs + rng.uniform(*street.sidewalk_m, 2) * (-1, 1)
    _paint_sky(canvas, street, rng)
    _paint_ground(canvas, street, kerbs, fronts, rng)
    things = [
        *_frontage(canvas, street, fronts, rng),
        *_traffic(canvas, street, kerbs, fronts, rng),
    ]
    for _, draw in sorted(things, key=lambda thing: -thing[0]):
        draw()
    if street.camera.bonnet:
        _paint_bonnet(canvas)
    return _develop(canvas, street, rng)


def _paint_sky(canvas: StreetCanvas, street: Street, rng: Rng) -> None:
    height, width = canvas.shape
    share = np.clip(np.arange(height) / canvas.centre[1], 0, 1)[:, None, None]
    top, bottom = (np.array(colour) for colour in street.sky)
    sky = np.broadcast_to(top + share * (bottom - top), (height, width, 3)).copy()
    clouds = cv2.resize(rng.random((5, 9), np.float32), (width, height))[..., None]
    sky += np.clip(clouds - 0.55, 0, 1) * rng.uniform(0, 2) * (245 - sky)
    canvas.image[:] = np.clip(sky, 0, 255)


def _paint_ground(
    canvas: StreetCanvas,
    street: Street,
    kerbs: np.ndarray,
    fronts: np.ndarray,
    rng: Rng,
) -> None:
    """Beyond the houses, sidewalks, verges and the road with its markings."""
    road, sidewalk, grass = (vary(colour, rng) for colour in street.ground)
    outside = 'sidewalk' if 'terrain' in street.absent else 'terrain'
    beyond = sidewalk if outside == 'sidewalk' else grass
    steps = [FAR_M * 2, 60, 30, 18, 12, 8, 6, 4, 3, NEAR_M, 0.6]
    verge = rng.random(2) < street.green
    spans = [(-200.0, 200.0, beyond, outside), (*fronts, sidewalk, 'sidewalk')]
    for side in range(2):
        if verge[side]:  # grass between sidewalk and road
            strip = kerbs[side] + 0.35 * (fronts[side] - kerbs[side])
            spans.append((kerbs[side], strip, beyond, outside))
    spans.append((*kerbs, road, 'road'))
    for left, right, colour, name in spans:
        for far, near in pairwise(steps):
            corners = [(left, 0, far), (right, 0, far), (right, 0, near)]
            canvas.face([*corners, (left, 0, near)], colour, name)
    kerb_stone = 1.12 * sidewalk
    for kerb in kerbs:
        inner = kerb - 0.15 * np.sign(kerb)
        corners = [(kerb, 0.02, FAR_M), (inner, 0.02, FAR_M), (inner, 0.02, 0.6)]
        canvas.face([*corners, (kerb, 0.02, 0.6)], kerb_stone, 'sidewalk')
    middle = kerbs.mean() + rng.uniform(-0.5, 0.5)
    for start in np.arange(NEAR_M, 60, 6.0) + rng.uniform(0, 3):
        corners = [(middle - 0.09, 0, start), (middle + 0.09, 0, start)]
        corners += [(middle + 0.09, 0, start + 2.5), (middle - 0.09, 0, start + 2.5)]
        canvas.face(corners, (206, 204, 196), 'road')
    if street.shadow > 0.4:  # of the houses on one side
        _shade_side(canvas, street, kerbs, rng)


def _shade_side(
    canvas: StreetCanvas, street: Street, kerbs: np.ndarray, rng: Rng
) -> None:
    edge = rng.uniform(*kerbs)
    side = 40.0 * rng.choice([-1, 1])
    corners = [(side, 0, FAR_M), (edge, 0, FAR_M), (edge, 0, 0.6), (side, 0, 0.6)]
    mask = np.zeros(canvas.shape, np.uint8)
    outline = np.array([canvas.project(corner) for corner in corners], np.int32)
    cv2.fillPoly(mask, [outline], 1)
    inside = mask.astype(bool)
    canvas.image[inside] = (canvas.image[inside] * (1 - 0.7 * street.shadow)).astype(
        np.uint8
    )


def _frontage(
    canvas: StreetCanvas, street: Street, fronts: np.ndarray, rng: Rng
) -> Iterator[Thing]:
    """Houses on both sides, and in the gaps between walls, fences and green.

    What stands on the street hides them, so they are as far as their far end.
    """
    for front in fronts:
        z = NEAR_M + rng.uniform(-1.5, 4)
        while z < FAR_M:
            length = rng.uniform(7, 16)
            back = z + length
            if rng.random() >= street.gaps:
                yield back, partial(_draw_house, canvas, street, front, z, back, rng)
            else:
                kind = rng.choice(['wall', 'fence'])
                yield back, partial(_draw_barrier, canvas, kind, front, z, back, rng)
                if rng.random() < street.green:
                    x = front + np.sign(front) * rng.uniform(2, 6)
                    at = (x, 0, z + 0.6 * length)
                    yield back + 0.1, partial(draw_tree, canvas, street, at, rng)
            z = back
    # What closes the view.
    yield 2 * FAR_M, partial(_draw_end_of_street, canvas, street, fronts, rng)


def _draw_end_of_street(
    canvas: StreetCanvas, street: Street, fronts: np.ndarray, rng: Rng
) -> None:
    for x in np.arange(3 * fronts[0], 3 * fronts[1], 9):
        height = rng.uniform(*street.houses_m) * 0.7
        wall = 0.9 * vary(pick(street.walls, rng), rng)
        canvas.upright((x, 0, FAR_M - 1), (9, height), wall, 'building')


def _draw_house(
    canvas: StreetCanvas, street: Street, front: float, z: float, back: float, rng: Rng
) -> None:
    """The front along the street in pieces, with windows, and the end wall."""
    height = rng.uniform(*street.houses_m)
    wall = vary(pick(street.walls, rng), rng)
    near = max(z, 0.8)
    outwards = np.sign(front) * 12
    corners = [(front, 0, near), (front + outwards, 0, near)]
    corners += [(front + outwards, height, near), (front, height, near)]
    canvas.face(corners, 0.75 * wall, 'building')
    edges = np.linspace(near, back, 4)
    for start, stop in pairwise(edges):
        corners = [(front, 0, start), (front, 0, stop)]
        corners += [(front, height, stop), (front, height, start)]
        canvas.face(corners, wall, 'building')
    storeys = int(height / 3)
    for storey in range(storeys):
        low = 3 * storey + (0.3 if storey == 0 else 0.9)
        for start in np.arange(near + 0.8, back - 1.2, 2.6):
            pane = [(front, low, start), (front, low, start + 1.3)]
            pane += [(front, 3 * storey + 2.4, start + 1.3)]
            pane += [(front, 3 * storey + 2.4, start)]
            canvas.face(pane, 1.2 * np.array(GLASS), 'building')


def _draw_barrier(
    canvas: StreetCanvas, kind: str, front: float, z: float, back: float, rng: Rng
) -> None:
    """A wall or a fence along the street."""
    height, near = rng.uniform(1.4, 2.4), max(z, 0.8)
    brick = (
        vary((136, 112, 100), rng) if kind == 'wall' else vary((70, 74, 70), rng, 0.3)
    )
    for start, stop in pairwise(np.linspace(near, back, 4)):
        corners = [(front, 0, start), (front, 0, stop)]
        corners += [(front, height, stop), (front, height, start)]
        canvas.face(corners, brick, kind)
    if kind == 'fence':
        for start in np.arange(near, back - 0.3, 0.6):
            bar = [(front, 0.1, start), (front, 0.1, start + 0.2)]
            bar += [(front, height, start + 0.2), (front, height, start)]
            canvas.face(bar, 1.9 * brick, kind)
    else:
        for low in np.arange(0.4, height, 0.5):
            joint = [(front, low, near), (front, low, back)]
            joint += [(front, low + 0.07, back), (front, low + 0.07, near)]
            canvas.face(joint, 0.75 * brick, kind)


def _traffic(
    canvas: StreetCanvas,
    street: Street,
    kerbs: np.ndarray,
    fronts: np.ndarray,
    rng: Rng,
) -> Iterator[Thing]:
    """Whatever stands or moves on road and sidewalk."""
    drawers = {
        'person': lambda at: draw_person(canvas, at, rng),
        'lamp post': lambda at: draw_lamp_post(canvas, at, rng),
        'traffic light': lambda at: draw_traffic_light(canvas, at, rng),
        'traffic sign': lambda at: draw_traffic_sign(canvas, at, rng),
        'tree': lambda at: draw_tree(canvas, street, at, rng),
        'bush': lambda at: draw_bush(canvas, street, at, rng),
    }
    for kind in ('car', 'truck', 'bus', 'train'):
        drawers[kind] = lambda at, kind=kind: draw_vehicle(
            canvas, street, kind, at, rng
        )
    drawers['parked car'] = drawers['car']
    for kind, name, rider in (
        ('cyclist', 'bicycle', True),
        ('parked bicycle', 'bicycle', False),
        ('motorcyclist', 'motorcycle', True),
        ('parked motorcycle', 'motorcycle', False),
    ):
        drawers[kind] = lambda at, name=name, rider=rider: draw_two_wheeler(
            canvas, street, name, at, rng, rider
        )
    for kind, mean in {**TRAFFIC, **street.traffic}.items():
        if kind in street.absent:
            continue
        for _ in range(rng.poisson(mean)):
            nearest = 11 if kind in ('truck', 'bus', 'train') else 6
            z = float(np.exp(rng.uniform(np.log(nearest), np.log(60))))
            at = (_place(kind, kerbs, fronts, rng), 0.0, z)
            yield z, partial(drawers[kind], at)


def _place(kind: str, kerbs: np.ndarray, fronts: np.ndarray, rng: Rng) -> float:
    """Metres to the right at which a thing stands."""
    side = rng.integers(2)
    kerb, front = kerbs[side], fronts[side]
    if kind in ('car', 'truck', 'bus'):
        return 0.45 * kerb + rng.uniform(-0.4, 0.4)
    if kind == 'train':  # beside the lanes
        return kerb - 1.5 * np.sign(kerb)
    if kind == 'parked car':
        return kerb - 1.1 * np.sign(kerb)
    if kind in ('cyclist', 'motorcyclist'):
        return kerb - rng.uniform(0.8, 2.4) * np.sign(kerb)
    if kind in ('lamp post', 'traffic light', 'traffic sign'):
        return kerb + 0.4 * np.sign(kerb)
    return rng.uniform(*sorted((kerb + 0.5 * np.sign(kerb), front)))


def _paint_bonnet(canvas: StreetCanvas) -> None:
    height, width = canvas.shape
    mask = np.zeros(canvas.shape, np.uint8)
    axes = int(0.4 * width), int(0.09 * height)
    cv2.ellipse(mask, (width // 2, height), axes, 0, 0, 360, 1, -1)
    inside = mask.astype(bool)
    canvas.image[inside] = (58, 62, 64)
    canvas.labels[inside] = IGNORED
    canvas.distance[inside] = 1


def _develop(
    canvas: StreetCanvas, street: Street, rng: Rng
) -> tuple[np.ndarray, np.ndarray]:
    """Grain, haze, lens and film."""
    camera = street.camera
    image = canvas.image.astype(np.float32)
    solid = np.isfinite(canvas.distance)
    if street.grain:
        grain = rng.standard_normal(canvas.shape, np.float32)
        image[solid] += (street.grain * cv2.GaussianBlur(grain, (0, 0), 1) * 2)[solid][
            :, None
        ]
    if street.haze_per_m:
        clear = np.exp(-street.haze_per_m * np.where(solid, canvas.distance, 0))
        image = image * clear[..., None] + np.float32(street.haze) * (
            1 - clear[..., None]
        )
    image = cv2.resize(image, street.size_px, interpolation=cv2.INTER_AREA)
    image = camera.blurred(image)
    grey = image.mean(axis=-1, keepdims=True)
    image = grey + camera.saturation * (image - grey)
    image = np.clip(image * np.float32(camera.gain) / 255, 0, 1) ** camera.gamma * 255
    exposure = np.exp(rng.normal(0, 0.06))
    image = camera.noisy(image * exposure, rng)
    labels = canvas.labels[::OVERSAMPLING, ::OVERSAMPLING]
    table = np.full(IGNORED + 1, IGNORED, np.uint8)
    for drawn, train_id in street.label_map.items():
        table[drawn] = train_id
    return np.clip(image.round(), 0, 255).astype(np.uint8), table[labels]
