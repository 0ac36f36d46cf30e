"""What the demo cities are like: plan, roofs, greenery, sun and camera."""

from dataclasses import dataclass

from mmuda.demo.camera import Camera

BANDS = ('nir', 'red', 'green', 'blue')
CLASSES = (
    'impervious surfaces',
    'building',
    'low vegetation',
    'tree',
    'car',
    'clutter',
)
USES = ('homes', 'perimeter', 'halls', 'park')

Spectrum = tuple[float, float, float, float]


@dataclass(frozen=True)
class Plan:
    """Streets and what the blocks between them are used for.

    Args:
        heading_deg: Direction of the main streets, clockwise from east.
        block_m: Mean length and depth of a block, in metres.
        winding_m: How far streets stray from a straight grid, in metres.
        gaps: Share of cross streets left out, 0 to 1.
        street_m: Width of the narrowest and the widest carriageway, in metres.
        sidewalk_m: Width of a sidewalk, in metres.
        uses: Relative numbers of blocks for each of ``USES``.
        parked: Share of the kerb taken by parked cars, 0 to 1.
        clutter: Share of the ground taken by sites of class clutter, 0 to 1.
        rail: How probably a railway crosses a scene, 0 to 1.
    """

    heading_deg: float
    block_m: tuple[float, float]
    winding_m: float
    gaps: float
    street_m: tuple[float, float]
    sidewalk_m: float
    uses: tuple[float, float, float, float]
    parked: float
    clutter: float
    rail: float


@dataclass(frozen=True)
class Buildings:
    """Shapes and roofs of houses.

    Args:
        palette: Roof materials and their relative numbers.
        shapes: Relative numbers of gabled, hipped and flat roofs.
        front_m: Least and greatest length of a detached house, in metres.
        depth_m: Least and greatest depth of a detached house, in metres.
        gap_m: Least and greatest distance of detached houses, in metres.
        eaves_m: Least and greatest height of the eaves, in metres.
        pitch: Rise of a roof per metre.
    """

    palette: tuple[tuple[str, float], ...]
    shapes: tuple[float, float, float]
    front_m: tuple[float, float]
    depth_m: tuple[float, float]
    gap_m: tuple[float, float]
    eaves_m: tuple[float, float]
    pitch: float


@dataclass(frozen=True)
class Greenery:
    """Trees and lawns in the season of the flight.

    Args:
        trees_per_ha: Trees in gardens and parks, per hectare of open ground.
        street_trees: Share of streets lined with trees, 0 to 1.
        crown_m: Least and greatest radius of a crown, in metres.
        leaves: How closed the crowns are: 1 in summer, near 0 in winter.
        evergreen: Share of conifers, 0 to 1.
        crown: Reflectance of leaves (or of bare twigs) in ``BANDS``, 0 to 1.
        lawn: Reflectance of grass in ``BANDS``, 0 to 1.
        dry: Share of dried grass, 0 to 1.
        paved: Share of yards that are paved, 0 to 1.
    """

    trees_per_ha: float
    street_trees: float
    crown_m: tuple[float, float]
    leaves: float
    evergreen: float
    crown: Spectrum
    lawn: Spectrum
    dry: float
    paved: float


@dataclass(frozen=True)
class Sun:
    """Where the light comes from.

    Args:
        azimuth_deg: Direction of the sun, clockwise from north (up).
        elevation_deg: Height of the sun over the horizon, 10 to 90.
        sky: Share of the light of level ground that comes from the sky, in
            ``BANDS``, 0 to 1. It is all a shadow gets.
    """

    azimuth_deg: float
    elevation_deg: float
    sky: Spectrum

    def __post_init__(self) -> None:
        if not 10 <= self.elevation_deg <= 90:
            raise ValueError(
                f'sun elevation is {self.elevation_deg}, expected 10 to 90 degrees'
            )


@dataclass(frozen=True)
class AerialCamera(Camera):
    """A camera over a city; its numbers are 0 to 1, each band has its tone curve.

    Args:
        offset: Added to each band after the tone curve, -1 to 1.
        cross_talk: Share of a band's signal that comes from the next band of
            ``BANDS``, from blue for the last, 0 to 1.
        haze: Light scattered into each band by the air, in units of reflectance.
    """

    offset: Spectrum
    cross_talk: float
    haze: Spectrum


@dataclass(frozen=True)
class City:
    """A city that ``render_scene`` can draw.

    Args:
        name: Name, which also seeds what is random in the city's scenes.
        plan: Streets and land use.
        buildings: Houses.
        greenery: Trees and lawns.
        sun: Light.
        camera: Camera.
    """

    name: str
    plan: Plan
    buildings: Buildings
    greenery: Greenery
    sun: Sun
    camera: AerialCamera


HANNOVER = City(
    'hannover',
    Plan(
        heading_deg=12,
        block_m=(66, 54),
        winding_m=1.0,
        gaps=0.2,
        street_m=(7, 12),
        sidewalk_m=2.6,
        uses=(0.06, 0.6, 0.24, 0.1),
        parked=0.5,
        clutter=0.02,
        rail=0.1,
    ),
    Buildings(
        palette=(('gravel', 4), ('bitumen', 4), ('slate', 3), ('brick', 2)),
        shapes=(0.3, 0.15, 0.55),
        front_m=(12, 18),
        depth_m=(10, 13),
        gap_m=(3, 7),
        eaves_m=(9, 15),
        pitch=0.6,
    ),
    Greenery(
        trees_per_ha=75,
        street_trees=0.35,
        crown_m=(1.8, 3.8),
        leaves=1.0,
        evergreen=0.05,
        crown=(0.46, 0.045, 0.075, 0.04),
        lawn=(0.5, 0.075, 0.115, 0.055),
        dry=0.1,
        paved=0.5,
    ),
    Sun(168, 57, (0.16, 0.22, 0.27, 0.36)),
    AerialCamera(
        gain=(1.75, 1.45, 1.75, 2.1),
        gamma=(0.95, 0.95, 0.95, 0.95),
        offset=(0.0, 0.0, 0.0, 0.01),
        cross_talk=0.02,
        haze=(0.005, 0.01, 0.02, 0.035),
        noise=0.010,
        blur_px=0.6,
    ),
)

BUXTEHUDE = City(
    'buxtehude',
    Plan(
        heading_deg=-20,
        block_m=(72, 58),
        winding_m=5.0,
        gaps=0.4,
        street_m=(5, 8),
        sidewalk_m=1.8,
        uses=(0.72, 0.06, 0.08, 0.14),
        parked=0.3,
        clutter=0.025,
        rail=0.05,
    ),
    Buildings(
        palette=(('tile', 4), ('brick', 4), ('slate', 2), ('gravel', 1)),
        shapes=(0.6, 0.25, 0.15),
        front_m=(10, 16),
        depth_m=(8, 11),
        gap_m=(4, 9),
        eaves_m=(3, 6),
        pitch=0.85,
    ),
    Greenery(
        trees_per_ha=60,
        street_trees=0.2,
        crown_m=(1.4, 3.4),
        leaves=1.0,
        evergreen=0.2,
        crown=(0.42, 0.05, 0.075, 0.04),
        lawn=(0.5, 0.07, 0.115, 0.05),
        dry=0.15,
        paved=0.1,
    ),
    Sun(145, 47, (0.14, 0.2, 0.25, 0.33)),
    AerialCamera(
        gain=(1.5, 1.7, 1.7, 1.7),
        gamma=(0.8, 0.8, 0.8, 0.8),
        offset=(0.02, 0.0, 0.0, 0.0),
        cross_talk=0.05,
        haze=(0.01, 0.015, 0.02, 0.03),
        noise=0.014,
        blur_px=0.7,
    ),
)

NIENBURG = City(
    'nienburg',
    Plan(
        heading_deg=33,
        block_m=(76, 60),
        winding_m=6.0,
        gaps=0.35,
        street_m=(5, 8),
        sidewalk_m=1.8,
        uses=(0.66, 0.08, 0.1, 0.16),
        parked=0.3,
        clutter=0.03,
        rail=0.1,
    ),
    Buildings(
        palette=(('tile', 3), ('brick', 5), ('slate', 2), ('bitumen', 1)),
        shapes=(0.55, 0.3, 0.15),
        front_m=(10, 16),
        depth_m=(8, 11),
        gap_m=(4, 10),
        eaves_m=(3, 6),
        pitch=0.8,
    ),
    Greenery(
        trees_per_ha=65,
        street_trees=0.2,
        crown_m=(1.4, 3.6),
        leaves=1.0,
        evergreen=0.2,
        crown=(0.41, 0.055, 0.08, 0.04),
        lawn=(0.46, 0.08, 0.12, 0.055),
        dry=0.25,
        paved=0.12,
    ),
    Sun(158, 44, (0.15, 0.2, 0.25, 0.33)),
    AerialCamera(
        gain=(1.6, 1.6, 1.75, 1.6),
        gamma=(0.85, 0.8, 0.8, 0.85),
        offset=(0.01, 0.01, 0.0, 0.0),
        cross_talk=0.04,
        haze=(0.01, 0.02, 0.02, 0.03),
        noise=0.016,
        blur_px=0.8,
    ),
)

VAIHINGEN = City(
    'vaihingen',
    Plan(
        heading_deg=50,
        block_m=(58, 50),
        winding_m=11.0,
        gaps=0.45,
        street_m=(4.5, 7),
        sidewalk_m=1.4,
        uses=(0.72, 0.12, 0.05, 0.11),
        parked=0.3,
        clutter=0.025,
        rail=0.03,
    ),
    Buildings(
        palette=(('tile', 9), ('brick', 3), ('slate', 0.5), ('gravel', 1)),
        shapes=(0.68, 0.24, 0.08),
        front_m=(10, 15),
        depth_m=(8.5, 12),
        gap_m=(3, 7),
        eaves_m=(4, 7.5),
        pitch=0.75,
    ),
    Greenery(
        trees_per_ha=150,
        street_trees=0.2,
        crown_m=(1.5, 4.2),
        leaves=0.95,
        evergreen=0.12,
        crown=(0.33, 0.085, 0.085, 0.04),
        lawn=(0.36, 0.12, 0.125, 0.06),
        dry=0.4,
        paved=0.15,
    ),
    Sun(238, 34, (0.12, 0.18, 0.23, 0.3)),
    AerialCamera(
        gain=(1.5, 1.5, 1.5, 1.3),
        gamma=(0.8, 0.75, 0.75, 0.8),
        offset=(0.0, 0.02, 0.01, 0.0),
        cross_talk=0.08,
        haze=(0.01, 0.03, 0.025, 0.03),
        noise=0.018,
        blur_px=0.9,
    ),
)

POTSDAM = City(
    'potsdam',
    Plan(
        heading_deg=-5,
        block_m=(82, 66),
        winding_m=2.5,
        gaps=0.3,
        street_m=(6, 11),
        sidewalk_m=2.4,
        uses=(0.34, 0.34, 0.16, 0.16),
        parked=0.45,
        clutter=0.05,
        rail=0.12,
    ),
    Buildings(
        palette=(('tile', 3), ('brick', 3), ('bitumen', 3), ('gravel', 2)),
        shapes=(0.3, 0.4, 0.3),
        front_m=(14, 24),
        depth_m=(10, 13),
        gap_m=(5, 11),
        eaves_m=(6, 12),
        pitch=0.6,
    ),
    Greenery(
        trees_per_ha=100,
        street_trees=0.5,
        crown_m=(2.2, 4.8),
        leaves=0.12,
        evergreen=0.1,
        crown=(0.2, 0.15, 0.13, 0.1),
        lawn=(0.36, 0.11, 0.125, 0.07),
        dry=0.3,
        paved=0.25,
    ),
    Sun(196, 38, (0.13, 0.18, 0.23, 0.3)),
    AerialCamera(
        gain=(1.5, 1.6, 1.65, 1.7),
        gamma=(0.75, 0.7, 0.7, 0.7),
        offset=(0.0, 0.0, 0.0, 0.02),
        cross_talk=0.03,
        haze=(0.005, 0.01, 0.015, 0.025),
        noise=0.008,
        blur_px=0.5,
    ),
)

CITIES = {
    city.name: city for city in (HANNOVER, BUXTEHUDE, NIENBURG, VAIHINGEN, POTSDAM)
}
