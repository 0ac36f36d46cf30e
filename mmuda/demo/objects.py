"""What stands on the ground of a demo city: houses, trees and cars."""

import numpy as np

from mmuda.demo.canvas import BUILDING, CAR, TREE, Canvas, Window, material
from mmuda.demo.cities import Buildings, Greenery
from mmuda.demo.layout import Box, House

PAINTS = ('white', 'silver', 'grey', 'black', 'red', 'blue', 'yellow', 'green')
PAINT_SHARES = (0.22, 0.24, 0.16, 0.17, 0.08, 0.09, 0.02, 0.02)


def draw_house(
    canvas: Canvas, house: House, buildings: Buildings, rng: np.random.Generator
) -> None:
    """Draw a house, its wing if it has one, and what stands on its roof.

    Args:
        canvas: What to draw on.
        house: Where.
        buildings: What houses of the city are like.
        rng: Random numbers.
    """
    names, shares = zip(*buildings.palette, strict=True)
    name = rng.choice(names, p=np.array(shares) / sum(shares))
    shape = rng.choice(
        ('gable', 'hip', 'flat'), p=np.array(buildings.shapes) / sum(buildings.shapes)
    )
    if house.use == 'halls' or name in ('gravel', 'bitumen'):
        shape = 'flat'
        name = rng.choice(('gravel', 'bitumen', 'concrete')) if name == 'tile' else name
    elif house.use == 'perimeter' and shape == 'hip':
        shape = 'gable'
    colour = material(name, rng, 0.16)
    eaves_m = rng.uniform(*buildings.eaves_m)
    half_u, half_v = house.box.half
    parts = [house.box]
    if house.use == 'homes' and half_u > 5.5 and rng.random() < 0.45:
        # An L: a wing across, which takes part of the front.
        wing_m = rng.uniform(2.6, 3.4)
        centre = (rng.choice((-1, 1)) * (half_u - wing_m), 0.0)
        main = Box(
            house.box.place(np.array([0, -0.25 * half_v])),
            house.box.angle,
            (half_u, 0.75 * half_v),
        )
        wing = Box(
            house.box.place(np.array(centre)),
            house.box.angle + np.pi / 2,
            (half_v, wing_m),
        )
        parts = [main, wing]
    for part in parts:
        _draw_roof(canvas, part, shape, (eaves_m, buildings.pitch), colour, rng)
    add = _flat_extras if shape == 'flat' else _pitched_extras
    add(canvas, parts[0], eaves_m, (buildings.pitch, colour), rng)


def draw_car(
    canvas: Canvas,
    centre: np.ndarray,
    angle: float,
    rng: np.random.Generator,
    length_m: float | None = None,
) -> None:
    """Draw a car.

    Args:
        canvas: What to draw on.
        centre: x and y in metres.
        angle: Where it heads, in radians.
        rng: Random numbers.
        length_m: Length in metres, about 4.5 if None; from 6 on it is a van.
    """
    length_m = length_m or rng.normal(4.5, 0.25)
    half = length_m / 2, 0.9 if length_m < 6 else 1.15
    window = canvas.window(Box(centre, angle + rng.normal(0, 0.03), half))
    if window is None:
        return
    u, v = window.u / half[0], window.v / half[1]
    body = u**6 + np.abs(v) ** 5 <= 1
    colour = material(rng.choice(PAINTS, p=PAINT_SHARES), rng, 0.15)
    canvas.put(window, body, colour, CAR, 1.0 if length_m < 6 else 2.6)
    cabin = (u > -0.78) & (u < 0.42) & (np.abs(v) < 0.88)
    if length_m >= 6:
        cabin = (u > 0.7) & (u < 0.9) & (np.abs(v) < 0.8)
    canvas.put(window, body & cabin, material('glass', rng), CAR, 1.4)
    top = (u > -0.5) & (u < 0.1) & (np.abs(v) < 0.68)
    if length_m < 6:
        canvas.put(window, body & top, colour * np.float32(1.12), CAR, 1.5)


def draw_tree(
    canvas: Canvas,
    centre: np.ndarray,
    radius_m: float,
    greenery: Greenery,
    rng: np.random.Generator,
) -> None:
    """Draw the crown of a tree, through which the ground shows if it is bare.

    Args:
        canvas: What to draw on.
        centre: x and y in metres.
        radius_m: Radius of its crown, in metres.
        greenery: What trees of the city are like.
        rng: Random numbers.
    """
    window = canvas.window(Box(centre, 0.0, (1.3 * radius_m, 1.3 * radius_m)))
    if window is None:
        return
    conifer = rng.random() < greenery.evergreen
    turn = np.arctan2(window.v, window.u)
    rim = np.ones_like(turn)
    for lobes, amount in ((2, 0.07), (3, 0.08), (5, 0.07), (9, 0.05)):
        rim += amount * np.cos(lobes * turn + rng.uniform(0, 2 * np.pi))
    clumps = canvas.clumps[window.rows, window.columns]
    far = np.hypot(window.u, window.v) / (radius_m * rim) + 0.05 * clumps
    crown = far <= 1
    dome = 1 - far if conifer else np.sqrt(np.clip(1 - far**2, 0, 1))
    rise_m = radius_m * (1.6 if conifer else 0.8)
    top = 1.4 * radius_m + 0.8 + rise_m * dome + (0.1 if conifer else 0.35) * clumps
    colour = np.array(greenery.crown, np.float32)
    leaves = greenery.leaves
    if conifer:
        colour, leaves = np.array((0.26, 0.04, 0.055, 0.035), np.float32), 1.0
    colour = colour * np.exp(rng.normal(0, (0.12, 0.16, 0.1, 0.1))).astype(np.float32)
    # Gaps between the leaves are dark; bare crowns show the ground instead.
    shade = np.clip(0.78 + 0.3 * dome + 0.16 * clumps, 0.35, 1.4)[..., None]
    twigs = np.clip(0.35 + 0.25 * rng.standard_normal(far.shape, np.float32), 0, 0.9)
    cover = np.maximum(twigs, leaves * (far < 1.1))[..., None]
    ground = canvas.albedo[window.rows, window.columns]
    albedo = cover * colour * shade + (1 - cover) * ground
    slope = _gradient(np.clip(top, 0, None), canvas.gsd_m) * max(leaves, 0.25)
    solid = leaves > 0.5
    standing = canvas.height[window.rows, window.columns]
    height = top if solid else np.where(twigs > 0.45, top, standing)
    # Trees stand in each other's way, not on houses' roofs.
    crown &= top > standing
    canvas.put(window, crown, albedo, TREE, height, slope)


def _gradient(top: np.ndarray, gsd_m: float) -> np.ndarray:
    if min(top.shape) < 2:
        return np.zeros((*top.shape, 2), np.float32)
    down, right = np.gradient(top, gsd_m)
    return np.clip(np.stack((right, down), axis=-1), -1.3, 1.3)


def _draw_roof(
    canvas: Canvas,
    box: Box,
    shape: str,
    frame: tuple[float, float],
    colour: np.ndarray,
    rng: np.random.Generator,
) -> None:
    eaves_m, pitch = frame
    window = canvas.window(box)
    if window is None:
        return
    half_u, half_v = box.half
    inset_u, inset_v = half_u - np.abs(window.u), half_v - np.abs(window.v)
    long_side = inset_v <= inset_u if shape == 'hip' else np.full(inset_u.shape, True)
    run = np.where(long_side, inset_v, inset_u)
    along = np.where(long_side, 0, -pitch * np.sign(window.u))
    across = np.where(long_side, -pitch * np.sign(window.v), 0)
    rows = np.sin(2 * np.pi * run / 0.9 + 0.3 * np.sin(window.u * 2))
    if shape == 'flat':
        pitch, along, across = 0.0, along * 0, across * 0
        # Sheets of roofing felt, each a little different.
        rows = 0.8 * np.sin(np.floor(window.u / 1.6) * 2.4 + np.floor(window.v / 5))
    stain = 0.05 * canvas.clumps[window.rows, window.columns]
    tone = 1 + rng.uniform(0.02, 0.07) * rows + stain
    tone += 0.25 * _band(inset_v if shape != 'flat' else np.minimum(inset_u, inset_v))
    if shape != 'flat':
        ridge = (half_v - run < 0.22) | (np.abs(inset_u - inset_v) < 0.2) & (
            shape == 'hip'
        )
        tone = np.where(ridge, 1.3, tone)
    height = eaves_m + pitch * run
    if shape == 'flat':
        height = height + 0.5 * _band(np.minimum(inset_u, inset_v))
    mask = window.inside & (height > canvas.height[window.rows, window.columns])
    albedo = (tone[..., None] * colour).astype(np.float32)
    canvas.put(window, mask, albedo, BUILDING, height, window.slope(along, across))


def _band(inset_m: np.ndarray) -> np.ndarray:
    """1 along the edge of a roof: gutters and parapets."""
    return ((inset_m >= 0) & (inset_m < 0.35)).astype(np.float32)


def _flat_extras(
    canvas: Canvas,
    box: Box,
    eaves_m: float,
    _style: tuple[float, np.ndarray],
    rng: np.random.Generator,
) -> None:
    area_m2 = 4 * box.half[0] * box.half[1]
    if area_m2 > 120 and rng.random() < 0.3:
        _skylights(canvas, box, eaves_m, rng)
    for _ in range(rng.integers(1, 3 + int(area_m2 / 120))):
        half = tuple(rng.uniform((0.5, 0.4), (2.2, 1.5)))
        room = np.maximum(np.array(box.half) - half - np.array(0.8), 0)
        part = Box(box.place(rng.uniform(-1, 1, 2) * room), box.angle, half)
        name = rng.choice(('metal', 'concrete', 'bitumen', 'grey'))
        canvas.block(
            part, material(name, rng), BUILDING, eaves_m + rng.uniform(0.6, 2.4)
        )


def _skylights(
    canvas: Canvas, box: Box, eaves_m: float, rng: np.random.Generator
) -> None:
    window = canvas.window(box)
    if window is None:
        return
    pitch_m = rng.uniform(3.5, 5)
    lights = (np.abs(window.u % pitch_m - pitch_m / 2) < 0.6) & (
        np.abs(window.v) < 0.6 * box.half[1]
    )
    name = rng.choice(('glass', 'white', 'solar'))
    canvas.put(
        window, window.inside & lights, material(name, rng), BUILDING, eaves_m + 0.4
    )


def _pitched_extras(
    canvas: Canvas,
    box: Box,
    eaves_m: float,
    style: tuple[float, np.ndarray],
    rng: np.random.Generator,
) -> None:
    pitch, colour = style
    half_u, half_v = box.half
    side = rng.choice((-1, 1))
    if rng.random() < 0.18:
        panel = Box(
            box.place(np.array([0, side * 0.52 * half_v])),
            box.angle,
            (0.6 * half_u, 0.26 * half_v),
        )
        window = canvas.window(panel)
        if window is not None:
            _solar(canvas, window, rng)
    elif rng.random() < 0.55:
        for place in np.linspace(-0.5, 0.5, rng.integers(2, 4)):
            spot = np.array([place * half_u, side * 0.6 * half_v])
            _dormer(
                canvas,
                Box(box.place(spot), box.angle, (0.9, 1.2)),
                eaves_m + 0.62 * pitch * half_v,
                colour,
            )
    for _ in range(rng.integers(1, 3)):
        spot = np.array([rng.uniform(-0.6, 0.6) * half_u, rng.uniform(-0.9, 0.9)])
        chimney = Box(box.place(spot), box.angle, (0.45, 0.4))
        top_m = eaves_m + pitch * half_v + 1.0
        canvas.block(
            chimney, material(rng.choice(('brick', 'grey')), rng), BUILDING, top_m
        )


def _solar(canvas: Canvas, window: Window, rng: np.random.Generator) -> None:
    where = window.rows, window.columns
    seam = (window.u % 1.7 < 0.2) | (window.v % 1.1 < 0.2)
    mask = window.inside & (canvas.labels[where] == BUILDING) & ~seam
    canvas.albedo[where][mask] = material('solar', rng)


def _dormer(canvas: Canvas, box: Box, top_m: float, colour: np.ndarray) -> None:
    window = canvas.window(box)
    if window is None:
        return
    slope = window.slope(-0.5 * np.sign(window.u), 0 * window.u)
    height = top_m - 0.5 * np.abs(window.u)
    mask = window.inside & (canvas.labels[window.rows, window.columns] == BUILDING)
    canvas.put(window, mask, colour * np.float32(1.05), BUILDING, height, slope)
