"""The ground of a demo city: streets, yards, gardens and odd sites."""

import cv2
import numpy as np

from mmuda.demo.canvas import (
    CLUTTER,
    IMPERVIOUS,
    LOW,
    Canvas,
    material,
    noise,
)
from mmuda.demo.cities import City, Greenery
from mmuda.demo.layout import (
    STREET,
    Box,
    House,
    Layout,
    Street,
    draw_line,
)
from mmuda.demo.objects import draw_car

CONTAINERS = ('red', 'blue', 'green', 'rust', 'grey', 'white')


def paint_ground(
    canvas: Canvas, layout: Layout, greenery: Greenery, rng: np.random.Generator
) -> None:
    """Cover the blocks with gardens, yards and parks.

    Args:
        canvas: What to paint on.
        layout: Blocks and houses.
        greenery: What grows in the city.
        rng: Random numbers.
    """
    plots = _plots(layout, rng)
    count = int(plots.max()) + 1
    use_of = np.append(layout.uses, 'street')[layout.blocks]
    share = np.select(
        [use_of == 'halls', use_of == 'park', use_of == 'perimeter'],
        [1.0, 0.0, min(greenery.paved * 1.3, 1.0)],
        0.3 * greenery.paved,
    )
    paved = rng.random(count)[plots] < share
    # Verges keep a bit of green around halls.
    patches = noise(rng, canvas.shape, 9 / canvas.gsd_m)
    paved &= ~((use_of == 'halls') & (patches > 1.0))
    _grow_lawn(canvas, plots, greenery, rng)
    beds = (patches < -1.1) & (use_of != 'park')
    canvas.fill(beds, material('soil', rng), LOW)
    bushes = (noise(rng, canvas.shape, 3 / canvas.gsd_m) > 1.35) & ~beds
    canvas.fill(bushes, material('bush', rng), LOW)
    canvas.height[bushes] = np.clip(0.9 + 0.3 * canvas.clumps[bushes], 0.1, None)
    _grow_hedges(canvas, plots, use_of == 'homes', rng)
    tones = np.stack(
        [
            material(rng.choice(('paving', 'worn asphalt', 'concrete')), rng, 0.15)
            for _ in range(count)
        ]
    )
    canvas.fill(paved, tones[plots[paved]], IMPERVIOUS)
    canvas.height[paved] = 0


def paint_streets(
    canvas: Canvas, layout: Layout, sidewalk_m: float, rng: np.random.Generator
) -> None:
    """Paint sidewalks, carriageways, markings and railways.

    Args:
        canvas: What to paint on.
        layout: The streets.
        sidewalk_m: Width of a sidewalk, in metres.
        rng: Random numbers.
    """
    street_ground = layout.blocks == STREET
    canvas.fill(street_ground, material('paving', rng), IMPERVIOUS)
    canvas.height[street_ground] = 0
    # Slabs of the sidewalk and the kerb, which is lighter.
    canvas.albedo[street_ground] *= np.clip(
        1 + 0.06 * canvas.clumps[street_ground, None], 0.7, 1.3
    )
    for street in layout.streets:
        if street.rail:
            _paint_rails(canvas, street, rng)
    for margin_m, name in ((0.35, 'concrete'), (0.0, 'asphalt')):
        for street in layout.streets:
            if not street.rail:
                mask = np.zeros(canvas.shape, np.uint8)
                width_m = street.width_m + 2 * margin_m
                draw_line(mask, street.points, width_m, canvas.gsd_m, 1)
                worn = rng.random() < 0.3 and name == 'asphalt'
                tone = material('worn asphalt' if worn else name, rng, 0.06)
                canvas.fill(mask.astype(bool), tone, IMPERVIOUS)
    _wear(canvas, layout, rng)
    for street in layout.streets:
        if street.width_m > 6.4 and not street.rail:
            _mark(canvas, layout, street)


def paint_yard(
    canvas: Canvas,
    layout: Layout,
    house: House,
    city: City,
    rng: np.random.Generator,
) -> None:
    """Paint driveway, terrace and garage of a detached house.

    Args:
        canvas: What to paint on.
        layout: Blocks and what ground is taken.
        house: The house.
        city: The city.
        rng: Random numbers.
    """
    box = house.box
    half_u, half_v = box.half
    reach_m = 7.5
    side = rng.choice((-1, 1))
    spot = np.array([side * (half_u + 1.7), -half_v + 2.0 - reach_m / 2])
    tone = material(rng.choice(('paving', 'concrete', 'worn asphalt')), rng, 0.15)
    drive = Box(box.place(spot), box.angle, (1.4, reach_m / 2))
    _patch_plot(canvas, layout, drive, tone)
    if rng.random() < 0.35 + city.plan.parked:
        place = drive.place(np.array([0.0, rng.uniform(-0.3, 1.5)]))
        if layout.block_at(place) != STREET:
            draw_car(canvas, place, box.angle + np.pi / 2, rng)
    path = Box(
        box.place(np.array([-side * 0.3 * half_u, -half_v - 3])), box.angle, (0.6, 3.2)
    )
    _patch_plot(canvas, layout, path, tone)
    terrace = np.array([rng.uniform(-0.4, 0.4) * half_u, half_v + 1.4])
    half = tuple(rng.uniform((1.8, 1.2), (3.5, 2.2)))
    _patch_plot(
        canvas,
        layout,
        Box(box.place(terrace), box.angle, half),
        material('paving', rng, 0.2),
    )
    shed = Box(
        box.place(np.array([side * (half_u + 1.7), half_v - 1.0])),
        box.angle,
        (1.5, 2.9),
    )
    if layout.claim(shed):
        layout.houses.append(House(shed, 'garage'))


def paint_sites(
    canvas: Canvas, layout: Layout, city: City, rng: np.random.Generator
) -> None:
    """Lay out building sites, sports grounds, yards and pools: clutter.

    Args:
        canvas: What to paint on.
        layout: Blocks and what ground is taken.
        city: The city.
        rng: Random numbers.
    """
    wanted_m2 = city.plan.clutter * canvas.labels.size * canvas.gsd_m**2
    wanted_m2 *= rng.uniform(0.75, 1.35)
    kinds = (
        (_building_site, (11, 8)),
        (_storage_yard, (9, 5)),
        (_court, (11, 5.5)),
        (_pool, (4.2, 2.2)),
        (_rubble, (4, 3)),
        (_container, (3.2, 1.4)),
    )
    for _ in range(30):
        if wanted_m2 <= 8:
            return
        draw, most = kinds[rng.choice(len(kinds), p=(0.2, 0.15, 0.12, 0.2, 0.13, 0.2))]
        half = np.array(most) * rng.uniform(0.65, 1.0)
        if 4 * half.prod() > 1.4 * wanted_m2:
            continue
        box = layout.find_room(rng, tuple(half))
        if box is not None:
            draw(canvas, box, rng)
            wanted_m2 -= 4 * half.prod()


def paint_parking(
    canvas: Canvas,
    layout: Layout,
    uses: tuple[str, ...],
    rng: np.random.Generator,
) -> None:
    """Lay out a parking lot with bays, marks and cars, if there is room.

    Args:
        canvas: What to paint on.
        layout: Blocks and what ground is taken.
        uses: Uses of blocks that may have one.
        rng: Random numbers.
    """
    bays = int(rng.integers(4, 11))
    box = layout.find_room(rng, (bays * 1.3, 8.2), uses, tries=25)
    window = None if box is None else canvas.window(box)
    if window is None:
        return
    canvas.patch(box, material('asphalt', rng, 0.15), IMPERVIOUS)
    edge = np.abs((window.u + box.half[0]) % 2.6 - 1.3) > 1.3 - 0.1
    marks = window.inside & edge & (np.abs(window.v) > 3.2)
    canvas.put(window, marks, material('paint', rng), IMPERVIOUS)
    filled = rng.uniform(0.35, 0.9)
    for bay in range(bays):
        for side in (-1, 1):
            if rng.random() < filled:
                u = (bay + 0.5) * 2.6 - box.half[0] + rng.normal(0, 0.1)
                place = box.place(np.array([u, side * (5.6 + rng.normal(0, 0.2))]))
                turn = np.pi / 2 * rng.choice((-1, 1))
                draw_car(canvas, place, box.angle + turn, rng)


def _plots(layout: Layout, rng: np.random.Generator) -> np.ndarray:
    """Number of the plot each pixel belongs to: that of the nearest house."""
    shape = layout.blocks.shape
    seeds = np.zeros(shape, np.int32)
    extent_m = np.array(shape[::-1]) * layout.gsd_m
    scattered = rng.uniform(0, 1, (max(int(extent_m.prod() / 700), 1), 2)) * extent_m
    scattered = [Box(point, 0.0, (0.3, 0.3)) for point in scattered]
    for number, box in enumerate([h.box for h in layout.houses] + scattered, start=1):
        corners = np.round(box.corners() / layout.gsd_m - 0.5).astype(np.int32)
        cv2.fillConvexPoly(seeds, corners, number)
    if not seeds.any():
        return seeds
    _, nearest = cv2.distanceTransformWithLabels(
        (seeds == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    number_of = np.zeros(int(nearest.max()) + 1, np.int32)
    sown = seeds > 0
    number_of[nearest[sown]] = seeds[sown]
    return number_of[nearest]


def _grow_lawn(
    canvas: Canvas, plots: np.ndarray, greenery: Greenery, rng: np.random.Generator
) -> None:
    count = int(plots.max()) + 1
    lawn = np.array(greenery.lawn, np.float32)
    dry = material('dry grass', rng)
    care = np.clip(greenery.dry + rng.normal(0, 0.25, count), 0, 1)[plots]
    care = np.clip(care + 0.2 * noise(rng, canvas.shape, 4 / canvas.gsd_m), 0, 1)
    angles = rng.uniform(0, np.pi, count).astype(np.float32)[plots]
    rows, columns = np.indices(canvas.shape, np.float32) * np.float32(canvas.gsd_m)
    stripes = np.sin(
        (columns * np.cos(angles) + rows * np.sin(angles)) * 2 * np.pi / 1.6
    )
    mown = np.where(rng.random(count) < 0.4, 0.06, 0.0).astype(np.float32)[plots]
    tone = 1 + mown * stripes
    canvas.albedo[:] = (lawn + care[..., None] * (dry - lawn)) * tone[..., None]
    canvas.labels[:] = LOW


def _grow_hedges(
    canvas: Canvas, plots: np.ndarray, where: np.ndarray, rng: np.random.Generator
) -> None:
    hedged = rng.random(int(plots.max()) + 1) < 0.6
    border = np.zeros(canvas.shape, np.uint8)
    border[:, 1:] |= (plots[:, 1:] != plots[:, :-1]) & hedged[plots[:, 1:]]
    border[1:] |= (plots[1:] != plots[:-1]) & hedged[plots[1:]]
    edge = cv2.morphologyEx(where.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3)))
    border |= edge & hedged[plots]
    width_px = max(round(0.9 / canvas.gsd_m), 1)
    border = cv2.dilate(border, np.ones((width_px, width_px), np.uint8))
    hedges = border.astype(bool) & where & (canvas.clumps > -1.4)
    canvas.fill(hedges, material('bush', rng), LOW)
    canvas.height[hedges] = np.clip(1.4 + 0.25 * canvas.clumps[hedges], 0.2, None)


def _wear(canvas: Canvas, layout: Layout, rng: np.random.Generator) -> None:
    """Repairs, manholes and tar seams in the asphalt."""
    for street in layout.streets:
        for _ in range(0 if street.rail else int(street.length_m / 22)):
            along = rng.uniform(0, street.length_m)
            start, end = street.at(np.array([along, along + 1.0]))
            angle = np.arctan2(*(end - start)[::-1])
            shift = np.array([-np.sin(angle), np.cos(angle)]) * street.width_m
            half = rng.uniform((0.3, 0.3), (4.0, 1.0))
            spot = Box(start + shift * rng.uniform(-0.25, 0.25), angle, tuple(half))
            canvas.patch(spot, material('asphalt', rng, 0.25), IMPERVIOUS)


def _mark(canvas: Canvas, layout: Layout, street: Street) -> None:
    """A dashed centre line that stops short of crossings."""
    others = np.concatenate([s.points for s in layout.streets if s is not street])
    paint = np.zeros(canvas.shape, np.uint8)
    for along in np.arange(2.0, street.length_m - 3, 6.0):
        dash = street.at(np.array([along, along + 3.0]))
        apart = np.square(others - dash.mean(axis=0)).sum(axis=1).min()
        if apart > (street.width_m / 2 + 4) ** 2:
            draw_line(paint, dash, 0.15, canvas.gsd_m, 1)
    canvas.albedo[paint.astype(bool)] = 0.42


def _paint_rails(canvas: Canvas, street: Street, rng: np.random.Generator) -> None:
    mask = np.zeros(canvas.shape, np.uint8)
    draw_line(mask, street.points, street.width_m, canvas.gsd_m, 1)
    canvas.fill(mask.astype(bool), material('ballast', rng), CLUTTER)
    along = np.arange(0, street.length_m, 1.2)
    ahead, back = street.at(along + 0.5), street.at(along)
    for track_m in (-2.2, 2.2):
        for start, end in zip(back, ahead, strict=True):
            away = (end - start)[::-1] * (-1, 1) / max(np.hypot(*(end - start)), 1e-6)
            if not away.any():
                continue
            middle = start + away * track_m
            sleeper = np.stack((middle - away * 1.2, middle + away * 1.2))
            tie = np.zeros(canvas.shape, np.uint8) if False else mask
            draw_line(tie, sleeper, 0.3, canvas.gsd_m, 2)
        for rail_m in (-0.72, 0.72):
            step = ahead - back
            away = step[:, ::-1] * (-1, 1)
            away = away / np.maximum(np.hypot(*away.T), 1e-6)[:, None]
            draw_line(mask, back + away * (track_m + rail_m), 0.2, canvas.gsd_m, 3)
    canvas.albedo[mask == 2] = material('concrete', rng)
    canvas.albedo[mask == 3] = material('rust', rng)


def _patch_plot(canvas: Canvas, layout: Layout, box: Box, tone: np.ndarray) -> None:
    """Pave a box, but leave streets, houses and sites as they are."""
    window = canvas.window(box)
    if window is None:
        return
    free = layout.taken[window.rows, window.columns] == 0
    canvas.put(window, window.inside & free, tone, IMPERVIOUS)


def _building_site(canvas: Canvas, box: Box, rng: np.random.Generator) -> None:
    _heaps(canvas, box, rng.choice(('soil', 'sand')), 0.5, rng)
    half_u, half_v = box.half
    slab = Box(
        box.place(np.array([0.2 * half_u, 0])), box.angle, (0.5 * half_u, 0.55 * half_v)
    )
    canvas.patch(slab, material('concrete', rng), CLUTTER)
    _containers(canvas, box, 2, rng)


def _storage_yard(canvas: Canvas, box: Box, rng: np.random.Generator) -> None:
    _heaps(canvas, box, rng.choice(('rubble', 'gravel')), 0.2, rng)
    _containers(canvas, box, 7, rng)


def _containers(canvas: Canvas, box: Box, count: int, rng: np.random.Generator) -> None:
    half = np.array((3.0, 1.2))
    for _ in range(count):
        room = np.maximum(np.array(box.half) - half - 0.3, 0)
        place = box.place(np.round(rng.uniform(-1, 1, 2) * room / 2.8) * 2.8)
        tone = material(rng.choice(CONTAINERS), rng, 0.2)
        canvas.block(Box(place, box.angle, tuple(half)), tone, CLUTTER, 2.6)


def _container(canvas: Canvas, box: Box, rng: np.random.Generator) -> None:
    canvas.patch(box, material('rubble', rng), CLUTTER)
    _containers(canvas, box, 1, rng)


def _rubble(canvas: Canvas, box: Box, rng: np.random.Generator) -> None:
    _heaps(canvas, box, rng.choice(('rubble', 'soil', 'sand')), 0.9, rng)


def _heaps(
    canvas: Canvas, box: Box, name: str, height_m: float, rng: np.random.Generator
) -> None:
    """Loose ground, heaped up, with a ragged edge."""
    window = canvas.window(box)
    if window is None:
        return
    clumps = canvas.clumps[window.rows, window.columns]
    half_u, half_v = box.half
    far = np.maximum(np.abs(window.u) / half_u, np.abs(window.v) / half_v)
    mask = far + 0.06 * clumps < 0.97
    tone = np.clip(1 + 0.18 * clumps, 0.4, 1.7)[..., None]
    height = height_m * np.clip(1 + 0.8 * clumps - far, 0, None)
    albedo = tone * material(name, rng, 0.15)
    canvas.put(window, mask, albedo.astype(np.float32), CLUTTER, height)


def _court(canvas: Canvas, box: Box, rng: np.random.Generator) -> None:
    window = canvas.window(box)
    if window is None:
        return
    canvas.patch(box, material(rng.choice(('court', 'turf', 'sand')), rng), CLUTTER)
    half_u, half_v = box.half
    u, v = np.abs(window.u), np.abs(window.v)
    lines = (np.abs(u - half_u + 1) < 0.12) | (np.abs(v - half_v + 1) < 0.12)
    lines |= (u < 0.12) | (np.abs(u - 0.5 * half_u) < 0.1) & (v < half_v - 1)
    lines &= (u < half_u - 0.85) & (v < half_v - 0.85)
    canvas.put(window, lines, material('paint', rng), CLUTTER)


def _pool(canvas: Canvas, box: Box, rng: np.random.Generator) -> None:
    canvas.patch(box, material('paving', rng), IMPERVIOUS)
    half = tuple(np.array(box.half) - 0.5)
    canvas.patch(Box(box.centre, box.angle, half), material('water', rng), CLUTTER)
