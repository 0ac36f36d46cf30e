"""What stands and drives in a demo street."""

import numpy as np

from mmuda.demo.street_canvas import Point, StreetCanvas, vary
from mmuda.demo.streets import Colour, Street

GLASS, TYRE, STEEL = (42, 52, 62), (22, 22, 24), (120, 122, 124)
RED_LAMP, AMBER_LAMP, GREEN_LAMP = (235, 40, 30), (240, 170, 30), (40, 220, 110)
SKIN = ((224, 180, 150), (160, 112, 84), (98, 68, 52))
CLOTHES = ((40, 44, 60), (150, 40, 40), (60, 90, 60), (190, 186, 178), (80, 70, 110))
# Width, height and length in metres.
VEHICLES = {
    'car': (1.8, 1.45, 4.2),
    'truck': (2.4, 3.2, 8.0),
    'bus': (2.5, 3.0, 11.0),
    'train': (2.6, 3.6, 24.0),
}

Rng = np.random.Generator


def pick(choices: tuple[Colour, ...], rng: Rng) -> Colour:
    """One of some colours."""
    return choices[rng.integers(len(choices))]


def draw_vehicle(
    canvas: StreetCanvas, street: Street, kind: str, at: Point, rng: Rng
) -> None:
    """Draw a car, truck, bus or train, seen from behind or in front.

    Args:
        canvas: Where to draw.
        street: Whose colours it has.
        kind: Key of ``VEHICLES``, which is also its class.
        at: Middle of the nearer end, on the road.
        rng: Random numbers.
    """
    x, _, z = at
    width, height, length = VEHICLES[kind]
    height *= rng.uniform(0.95, 1.15)
    paint = vary(pick(street.paint, rng), rng)
    if kind in ('bus', 'train'):
        paint = vary(((200, 60, 40), (230, 190, 50))[kind == 'train'], rng, 0.2)
    left, base = x - width / 2, 0.3
    if street.shadow:
        canvas.shade((x, 0, z + 0.2), (1.5 * width, 2.2 * width), street.shadow)
    # The flank that the camera sees reaches towards the vanishing point.
    edge = left if left > 0 else left + width
    if abs(x) > width / 2:
        near, far = z, z + length
        flank = [(edge, base, near), (edge, base, far), (edge, height, far)]
        canvas.face([*flank, (edge, 0.97 * height, near)], 0.7 * paint, kind)
        low, high = (0.55, 0.9) if kind == 'car' else (0.45, 0.85)
        glass = [
            (edge, low * height, near + 0.1 * length),
            (edge, low * height, far - 0.1 * length),
            (edge, high * height, far - 0.1 * length),
            (edge, high * height, near + 0.1 * length),
        ]
        if kind != 'truck':
            canvas.face(glass, GLASS, kind)
    for side in (0.02, 0.8):
        canvas.upright((left + side * width, 0, z), (0.18 * width, 0.4), TYRE, kind)
    _draw_end(canvas, kind, paint, (left, base, z), (width, height - base), rng)


def _draw_end(
    canvas: StreetCanvas,
    kind: str,
    paint: np.ndarray,
    corner: Point,
    size_m: tuple[float, float],
    rng: Rng,
) -> None:
    """The end of a vehicle that faces the camera: body, window and lamps."""
    (left, base, z), (width, height) = corner, size_m
    if kind == 'car':  # the body, and a cabin narrower than it
        canvas.upright((left, base, z), (width, 0.58 * height), paint, kind)
        roof, waist = base + height, base + 0.55 * height
        cabin = [(left + 0.05 * width, waist, z), (left + 0.95 * width, waist, z)]
        cabin += [(left + 0.82 * width, roof, z), (left + 0.18 * width, roof, z)]
        canvas.face(cabin, 0.9 * paint, kind)
    else:
        canvas.upright((left, base, z), (width, height), paint, kind)
    if kind != 'truck':
        inset, sill = (0.2, 0.6) if kind == 'car' else (0.08, 0.5)
        pane = ((1 - 2 * inset) * width, 0.32 * height)
        corner = (left + inset * width, base + sill * height, z)
        canvas.upright(corner, pane, GLASS, kind)
    else:  # the doors of its load
        canvas.upright((left + 0.49 * width, base, z), (0.04, height), TYRE, kind)
    lamp = RED_LAMP if rng.random() < 0.6 else (250, 245, 220)
    for side in (0.04, 0.84):
        lower_left = (left + side * width, base + 0.22 * min(height, 1.6), z)
        canvas.upright(lower_left, (0.12 * width, 0.16), lamp, kind)


def draw_person(
    canvas: StreetCanvas, at: Point, rng: Rng, name: str = 'person'
) -> None:
    """Draw somebody; ``at`` is where the feet are."""
    x, y, z = at
    height = rng.uniform(1.55, 1.9)
    coat, trousers = vary(pick(CLOTHES, rng), rng), vary(pick(CLOTHES, rng), rng)
    stride = rng.uniform(0.05, 0.22)
    for side in (-1, 1):
        foot = x + side * stride
        leg = [(foot - 0.08, y, z), (foot + 0.08, y, z)]
        leg += [(x + 0.12, y + 0.5 * height, z), (x - 0.12, y + 0.5 * height, z)]
        canvas.face(leg, trousers, name)
    canvas.disc((x, y + 0.65 * height, z), (0.5, 0.46 * height), coat, name)
    canvas.disc(
        (x, y + 0.93 * height, z), (0.25, 0.27), vary(pick(SKIN, rng), rng), name
    )


def draw_two_wheeler(
    canvas: StreetCanvas, street: Street, kind: str, at: Point, rng: Rng, rider: bool
) -> None:
    """Draw a bicycle or motorcycle from the side, with somebody on it or not."""
    x, _, z = at
    heavy = kind == 'motorcycle'
    wheel, half, tyre = (0.6, 0.62, TYRE) if heavy else (0.66, 0.52, (34, 34, 36))
    paint = vary(pick(street.paint, rng), rng)
    if rider:
        draw_person(canvas, (x, 0.45 if heavy else 0.5, z), rng, 'rider')
    for side in (-1, 1):
        hub = (x + side * half, wheel / 2, z)
        canvas.disc(hub, (wheel, wheel), tyre, kind)
        canvas.disc(hub, (0.6 * wheel, 0.6 * wheel), STEEL, kind)
    low, high = 0.35, 1.0 if heavy else 0.85
    frame = [(x - half, low, z), (x + half, low, z)]
    frame += [(x + 0.8 * half, high, z), (x - 0.3 * half, 0.75 if heavy else 0.6, z)]
    canvas.face(frame, paint, kind)
    if heavy:
        canvas.disc((x, 0.62, z), (1.1, 0.5), paint, kind)
    canvas.upright((x + 0.6 * half, high - 0.05, z), (0.3, 0.08), TYRE, kind)


def draw_lamp_post(canvas: StreetCanvas, at: Point, rng: Rng) -> None:
    """Draw a pole with an arm over the road."""
    x, _, z = at
    height, reach = rng.uniform(5, 8), -np.sign(x) * 1.6
    grey = vary((96, 98, 100), rng, 0.3)
    canvas.upright((x - 0.09, 0, z), (0.18, height), grey, 'pole')
    arm = [(x, height, z), (x + reach, height + 0.2, z)]
    arm += [(x + reach, height + 0.35, z), (x, height + 0.14, z)]
    canvas.face(arm, grey, 'pole')


def draw_traffic_light(canvas: StreetCanvas, at: Point, rng: Rng) -> None:
    """Draw a traffic light on its pole."""
    x, _, z = at
    height = rng.uniform(2.4, 3.6)
    canvas.upright((x - 0.07, 0, z), (0.14, height), (84, 86, 88), 'pole')
    canvas.upright((x - 0.24, height, z), (0.48, 1.2), (24, 26, 26), 'traffic light')
    lit = rng.integers(3)
    for i, lamp in enumerate((GREEN_LAMP, AMBER_LAMP, RED_LAMP)):
        colour = lamp if i == lit else (50, 52, 50)
        middle = (x, height + 0.2 + 0.4 * i, z)
        canvas.disc(middle, (0.3, 0.3), colour, 'traffic light')


def draw_traffic_sign(canvas: StreetCanvas, at: Point, rng: Rng) -> None:
    """Draw a round, three-cornered or square sign on its pole."""
    x, _, z = at
    height, name = rng.uniform(2.0, 2.6), 'traffic sign'
    canvas.upright((x - 0.05, 0, z), (0.1, height), STEEL, 'pole')
    kind = rng.integers(3)
    middle = (x, height + 0.4, z)
    if kind == 0:
        canvas.disc(middle, (0.85, 0.85), (205, 30, 36), name)
        canvas.disc(middle, (0.55, 0.55), (238, 238, 234), name)
    elif kind == 1:
        for size, colour in ((1.0, (205, 30, 36)), (0.6, (238, 238, 234))):
            low = height + 0.1 + 0.17 * (1.0 - size)
            corners = [(x - size / 2, low, z), (x + size / 2, low, z)]
            canvas.face([*corners, (x, low + 0.88 * size, z)], colour, name)
    else:
        canvas.upright((x - 0.4, height, z), (0.8, 0.8), (30, 80, 170), name)
        canvas.upright((x - 0.12, height + 0.15, z), (0.24, 0.5), (238,) * 3, name)


def draw_tree(canvas: StreetCanvas, street: Street, at: Point, rng: Rng) -> None:
    """Draw a tree: a stem and leaves in lumps."""
    x, _, z = at
    stem, crown = rng.uniform(1.8, 3.2), rng.uniform(2.4, 4.6)
    bark = vary((84, 66, 50), rng)
    canvas.upright((x - 0.14, 0, z), (0.28, stem + 0.4), bark, 'vegetation')
    _lumps(canvas, street, (x, stem + 0.45 * crown, z), crown, rng)


def draw_bush(canvas: StreetCanvas, street: Street, at: Point, rng: Rng) -> None:
    """Draw a bush or a piece of hedge."""
    x, _, z = at
    size = rng.uniform(0.9, 1.8)
    _lumps(canvas, street, (x, 0.4 * size, z), size, rng)


def _lumps(
    canvas: StreetCanvas, street: Street, middle: Point, size_m: float, rng: Rng
) -> None:
    colour = pick(street.leaves, rng)
    count = 16 if street.grain else 5
    for i in range(count):
        angle, away = rng.uniform(0, 2 * np.pi), size_m * rng.uniform(0, 0.36)
        lump = 0.75 if i == 0 else rng.uniform(0.22, 0.5)
        spot = (
            middle[0] + away * np.cos(angle) * (i > 0),
            middle[1] + away * np.sin(angle) * (i > 0),
            middle[2],
        )
        light = 1 + 0.35 * (spot[1] - middle[1]) / size_m
        shade = light * vary(colour, rng, 0.14 if street.grain else 0.03)
        canvas.disc(spot, (lump * size_m, lump * size_m), shade, 'vegetation')
