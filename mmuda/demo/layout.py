"""Where the streets, blocks and houses of a demo city lie."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from mmuda.demo.cities import USES, Buildings, Plan

# Coordinates are metres from the upper left corner of the canvas, x to the right
# and y downwards; angles are radians, clockwise as seen on the picture.
STREET = -1


@dataclass(frozen=True)
class Street:
    """A street or railway.

    Args:
        points: Centre line, an (N, 2) array of x and y about every two metres.
        width_m: Width of the carriageway or of the ballast, in metres.
        rail: Whether it is a railway.
    """

    points: np.ndarray
    width_m: float
    rail: bool = False

    def at(self, along_m: float | np.ndarray) -> np.ndarray:
        """Points at distances along the centre line, shape (..., 2)."""
        steps = np.hypot(*np.diff(self.points, axis=0).T)
        distance = np.concatenate(([0.0], np.cumsum(steps)))
        x = np.interp(along_m, distance, self.points[:, 0])
        y = np.interp(along_m, distance, self.points[:, 1])
        return np.stack((x, y), axis=-1)

    @property
    def length_m(self) -> float:
        """Length of the centre line, in metres."""
        return float(np.hypot(*np.diff(self.points, axis=0).T).sum())


@dataclass(frozen=True)
class Box:
    """A rectangle on the ground.

    Args:
        centre: x and y in metres.
        angle: Direction of its length, in radians.
        half: Half of its length and half of its depth, in metres.
    """

    centre: np.ndarray
    angle: float
    half: tuple[float, float]

    def corners(self, margin_m: float = 0.0) -> np.ndarray:
        """The four corners of the box grown by a margin, shape (4, 2)."""
        half = np.array(self.half) + margin_m
        return self.place(np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half)

    def place(self, local: np.ndarray) -> np.ndarray:
        """Points given along and across the box, as x and y; shape (..., 2)."""
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        return self.centre + local @ np.array([[cos, sin], [-sin, cos]])


@dataclass(frozen=True)
class House:
    """A building on its plot; the street lies beyond the edge -v of the box.

    Args:
        box: Outline.
        use: One of ``USES``, the use of its block.
    """

    box: Box
    use: str


@dataclass
class Layout:
    """The ground of one scene, divided up.

    Args:
        streets: Streets and railways.
        blocks: For each pixel the number of its block, ``STREET`` on streets.
        uses: Use of each block by number.
        gsd_m: Size of a pixel, in metres.
        houses: Buildings placed so far.
    """

    streets: list[Street]
    blocks: np.ndarray
    uses: np.ndarray
    gsd_m: float
    houses: list[House] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.taken = (self.blocks == STREET).astype(np.uint8)
        lines = [s.points for s in self.streets]
        self._points = np.concatenate(lines)
        self._angles = np.concatenate(
            [np.arctan2(*np.gradient(line, axis=0).T[::-1]) for line in lines]
        )

    def block_at(self, point: np.ndarray) -> int:
        """Number of the block at a point, ``STREET`` if none or off the canvas."""
        column, row = np.floor(point / self.gsd_m).astype(int)
        height, width = self.blocks.shape
        if 0 <= row < height and 0 <= column < width:
            return int(self.blocks[row, column])
        return STREET

    def street_angle(self, point: np.ndarray) -> float:
        """Direction of the nearest street."""
        nearest = np.square(self._points - point).sum(axis=1).argmin()
        return float(self._angles[nearest])

    def claim(self, box: Box, margin_m: float = 0.0) -> bool:
        """Take the ground under a box, if none of it is taken.

        Args:
            box: What to place; it may reach over the edge of the canvas.
            margin_m: Distance to keep from all else, in metres.

        Returns:
            Whether the box was placed.
        """
        corners = box.corners(margin_m) / self.gsd_m - 0.5
        low = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
        high = np.ceil(corners.max(axis=0)).astype(int) + 1
        ground = self.taken[low[1] : max(high[1], 0), low[0] : max(high[0], 0)]
        if not ground.size:
            return False
        cover = np.zeros(ground.shape, np.uint8)
        cv2.fillConvexPoly(cover, np.round(corners - low).astype(np.int32), 1)
        if (cover & ground).any() or not cover.any():
            return False
        ground |= cover
        return True

    def find_room(
        self,
        rng: np.random.Generator,
        half: tuple[float, float],
        uses: tuple[str, ...] = USES,
        tries: int = 12,
    ) -> Box | None:
        """Place a box on free ground, in line with the nearest street.

        Args:
            rng: Random numbers.
            half: Half of length and depth, in metres.
            uses: Uses of blocks that it may stand on.
            tries: How many places to try.

        Returns:
            The box, its ground taken, or None if there was no room.
        """
        allowed = np.append(np.isin(self.uses, uses), False)
        step = max(round(1.5 / self.gsd_m), 1)
        free = (
            allowed[self.blocks[::step, ::step]]
            & ~self.taken.astype(bool)[::step, ::step]
        )
        room = cv2.distanceTransform(free.astype(np.uint8), cv2.DIST_L2, 3)
        spots = np.argwhere(room * step * self.gsd_m >= min(half))
        for row, column in spots[
            rng.integers(0, max(len(spots), 1), tries)[: len(spots)]
        ]:
            centre = (np.array([column, row]) * step + 0.5) * self.gsd_m
            box = Box(centre, self.street_angle(centre), half)
            if self.claim(box, 0.6):
                return box
        return None


def lay_out(
    plan: Plan, shape: tuple[int, int], gsd_m: float, rng: np.random.Generator
) -> Layout:
    """Draw the streets of a scene and choose the use of each block.

    Args:
        plan: Plan of the city.
        shape: Height and width of the canvas in pixels.
        gsd_m: Size of a pixel, in metres.
        rng: Random numbers.

    Returns:
        A layout without houses.
    """
    streets = street_network(plan, max(shape) * gsd_m, rng)
    open_ground = np.ones(shape, np.uint8)
    for street in streets:
        sidewalk_m = 0 if street.rail else plan.sidewalk_m
        draw_line(open_ground, street.points, street.width_m + 2 * sidewalk_m, gsd_m)
    count, blocks = cv2.connectedComponents(open_ground, connectivity=4)
    share = np.array(plan.uses) / sum(plan.uses)
    # Fair shares: neighbours differ and no scene is all of one rare use.
    quantiles = (rng.permutation(count) + rng.random()) / count
    uses = np.array(USES)[np.minimum(np.searchsorted(share.cumsum(), quantiles), 3)]
    return Layout(streets, blocks - 1, uses[: max(count - 1, 1)], gsd_m)


def street_network(
    plan: Plan, extent_m: float, rng: np.random.Generator
) -> list[Street]:
    """Streets that cross a square of the given extent, all connected.

    Args:
        plan: Plan of the city.
        extent_m: Side of the square, in metres.
        rng: Random numbers.

    Returns:
        Streets, the main one last; a railway, if any, comes first.
    """
    reach = 0.75 * extent_m + max(plan.block_m)
    lanes = [_spaced(block, reach, rng) for block in plan.block_m]
    angle = np.deg2rad(plan.heading_deg + rng.uniform(-8, 8))
    grid = np.stack(np.meshgrid(*lanes, indexing='ij'), axis=-1)
    grid += rng.normal(0, 0.3 * plan.winding_m, grid.shape)
    frame = Box(np.full(2, extent_m / 2), angle, (0, 0))
    waves = _waves(plan.winding_m, rng)
    main = len(lanes[1]) // 2
    railway = main - 1 if rng.random() < plan.rail else None
    narrow, wide = plan.street_m
    streets = []

    def add(nodes: np.ndarray, width_m: float, rail: bool = False) -> None:
        points = frame.place(_dense(nodes))
        streets.append(Street(points + waves(points), width_m, rail))

    for i in range(len(lanes[0])):
        width_m = rng.uniform(narrow, (narrow + wide) / 2)
        for j in range(len(lanes[1]) - 1):
            # One street crosses all others, so the network can not fall apart.
            if i == len(lanes[0]) // 2 or rng.random() >= plan.gaps:
                add(grid[i, j : j + 2], width_m)
    for j in range(len(lanes[1])):
        if j not in (main, railway):
            add(grid[:, j], rng.uniform(narrow, (narrow + wide) / 2))
    add(grid[:, main], wide)
    if railway is not None:
        add(grid[:, railway], 9.0, rail=True)
        streets.insert(0, streets.pop())
    return streets


def build_houses(
    layout: Layout, plan: Plan, buildings: Buildings, rng: np.random.Generator
) -> None:
    """Line the streets with houses and put halls on the blocks for halls.

    Args:
        layout: Where to build; its houses are filled in.
        plan: Plan of the city.
        buildings: What to build.
        rng: Random numbers.
    """
    for street in layout.streets:
        for side in (-1, 1):
            if not street.rail:
                _build_row(layout, street, side, (plan, buildings), rng)
    for _ in range(6):
        half = rng.uniform((9, 6), (19, 11))
        box = layout.find_room(rng, tuple(half), ('halls',))
        if box is not None:
            layout.houses.append(House(box, 'halls'))


def draw_line(
    mask: np.ndarray, points: np.ndarray, width_m: float, gsd_m: float, value: int = 0
) -> None:
    """Draw a line of some width into a mask.

    Args:
        mask: What to draw into.
        points: x and y in metres, shape (N, 2).
        width_m: Width in metres.
        gsd_m: Size of a pixel, in metres.
        value: What to write.
    """
    pixels = np.round((points / gsd_m - 0.5) * 8).astype(np.int32)
    thickness = max(round(width_m / gsd_m), 1)
    cv2.polylines(mask, [pixels[:, None]], False, value, thickness, shift=3)


def _spaced(mean_m: float, reach_m: float, rng: np.random.Generator) -> np.ndarray:
    count = int(2 * reach_m / mean_m) + 2
    steps = mean_m * rng.uniform(0.8, 1.2, count)
    places = np.cumsum(steps)
    return places - places[count // 2] + mean_m * rng.uniform(-0.5, 0.5)


def _dense(nodes: np.ndarray) -> np.ndarray:
    """Points about every two metres along a line through the nodes."""
    steps = np.hypot(*np.diff(nodes, axis=0).T)
    distance = np.concatenate(([0.0], np.cumsum(steps)))
    along = np.linspace(0, distance[-1], max(int(distance[-1] / 2), 2) + 1)
    return np.stack([np.interp(along, distance, nodes[:, k]) for k in (0, 1)], axis=-1)


def _waves(amplitude_m: float, rng: np.random.Generator):  # noqa: ANN202
    """A smooth displacement of points, the same for all streets of a scene."""
    waves = rng.normal(0, 1, (3, 2)) / 24
    phases = rng.uniform(0, 2 * np.pi, 3)
    pushes = rng.normal(0, 0.6 * amplitude_m, (3, 2))
    return lambda points: np.sin(points @ waves.T + phases) @ pushes


def _build_row(
    layout: Layout,
    street: Street,
    side: int,
    city: tuple[Plan, Buildings],
    rng: np.random.Generator,
) -> None:
    plan, buildings = city
    kerb_m = street.width_m / 2 + plan.sidewalk_m
    along, length_m = rng.uniform(0, 3), street.length_m
    setback_m = rng.uniform(0.0, 1.0), rng.uniform(3.0, 6.5)
    depth_m = rng.uniform(10.5, 13)
    while along < length_m:
        near, far = street.at(np.array([along, along + 1.0]))
        probe = near + _outward(far - near, side) * (kerb_m + 2)
        block = layout.block_at(probe)
        use = 'street' if block == STREET else layout.uses[block]
        if use == 'perimeter':
            half = rng.uniform(10, 19) / 2, depth_m / 2
            gap_m = 0.2 if rng.random() < 0.85 else 4.0
        elif use == 'homes':
            half = (
                rng.uniform(*buildings.front_m) / 2,
                rng.uniform(*buildings.depth_m) / 2,
            )
            gap_m = rng.uniform(*buildings.gap_m)
        else:
            along += 2.5
            continue
        start, end = street.at(np.array([along, along + 2 * half[0]]))
        away = _outward(end - start, side)
        inset = kerb_m + setback_m[use == 'homes'] + half[1]
        # The box's second axis points away from the street.
        box = Box((start + end) / 2 + away * inset, np.arctan2(-away[0], away[1]), half)
        if layout.claim(box, 0.0 if use == 'perimeter' else 1.2):
            layout.houses.append(House(box, use))
            along += 2 * half[0] + gap_m
        else:
            along += 2.0


def _outward(direction: np.ndarray, side: int) -> np.ndarray:
    unit = direction / max(np.hypot(*direction), 1e-9)
    return side * np.array([-unit[1], unit[0]])
