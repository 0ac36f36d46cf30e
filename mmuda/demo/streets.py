"""What the demo streets are like: buildings, traffic, light and camera."""

from dataclasses import dataclass, field

from mmuda.datasets.taxonomy import read_mapping, read_taxonomy
from mmuda.demo.camera import Camera

CLASSES = read_taxonomy('cityscapes19').classes

Colour = tuple[int, int, int]

# How many of each a scene has on average.
TRAFFIC = {
    'car': 3.0,
    'parked car': 3.0,
    'truck': 0.4,
    'bus': 0.4,
    'train': 0.35,
    'person': 5.0,
    'cyclist': 1.2,
    'motorcyclist': 0.8,
    'parked bicycle': 1.0,
    'parked motorcycle': 0.8,
    'lamp post': 4.0,
    'traffic light': 2.0,
    'traffic sign': 3.0,
    'tree': 8.0,
    'bush': 4.0,
}


@dataclass(frozen=True)
class StreetCamera(Camera):
    """A camera on a car; its numbers are 0 to 255.

    Args:
        focal: Focal length, in widths of the image.
        height_m: Height over the road, in metres.
        horizon: Row of the horizon, as a share of the image's height.
        saturation: Of colours; 1 leaves them as they are.
        bonnet: Whether the car that carries it is in the picture, unlabelled.
    """

    focal: float
    height_m: float
    horizon: float
    saturation: float
    bonnet: bool = False


@dataclass(frozen=True)
class Street:
    """A kind of street that ``render_street`` can draw.

    Args:
        name: Name, which also seeds what is random in its scenes.
        size_px: Width and height of the images: an eighth of the real ones, as far as
            these are large.
        camera: Camera.
        lanes_m: Least and greatest distance of the kerb from the middle, in metres.
        sidewalk_m: Least and greatest width of a sidewalk, in metres.
        houses_m: Least and greatest height of a house, in metres.
        gaps: Share of the frontage without houses, 0 to 1.
        green: Share of gaps and verges that are grass or trees, 0 to 1.
        walls: Colours of houses.
        ground: Colours of road, sidewalk and grass.
        leaves: Colours of trees.
        paint: Colours of vehicles.
        sky: Colours at the top and at the horizon.
        shadow: How dark shadows are, 0 (none) to 1.
        haze_per_m: How soon the air hides things, per metre.
        haze: Colour of the air.
        grain: How rough surfaces look; 0 for a simple rendering.
        traffic: Changes to ``TRAFFIC``.
        absent: Classes that are not drawn.
        mapping: Mapping from the 19 classes to those of the labels.
    """

    name: str
    size_px: tuple[int, int]
    camera: StreetCamera
    lanes_m: tuple[float, float]
    sidewalk_m: tuple[float, float]
    houses_m: tuple[float, float]
    gaps: float
    green: float
    walls: tuple[Colour, ...]
    ground: tuple[Colour, Colour, Colour]
    leaves: tuple[Colour, ...]
    paint: tuple[Colour, ...]
    sky: tuple[Colour, Colour]
    shadow: float
    haze_per_m: float
    haze: Colour
    grain: float
    traffic: dict[str, float] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    mapping: str | None = None

    @property
    def label_map(self) -> dict[int, int]:
        """Train id of each id that is drawn."""
        if self.mapping is None:
            return {class_id: class_id for class_id in range(len(CLASSES))}
        return read_mapping(self.mapping).label_map()


GTA5 = Street(
    'gta5',
    (240, 132),
    StreetCamera(
        focal=0.85,
        height_m=1.5,
        horizon=0.46,
        gain=(1.12, 1.02, 0.86),
        gamma=0.9,
        saturation=1.35,
        noise=1.0,
        blur_px=0.0,
    ),
    lanes_m=(4.0, 6.5),
    sidewalk_m=(3.5, 7.0),
    houses_m=(4, 16),
    gaps=0.4,
    green=0.5,
    walls=((214, 190, 150), (226, 214, 190), (190, 130, 100), (170, 165, 150)),
    ground=((118, 112, 104), (186, 176, 158), (134, 140, 62)),
    leaves=((72, 104, 36), (96, 118, 44), (60, 84, 30)),
    paint=((200, 30, 30), (235, 235, 230), (30, 30, 34), (220, 180, 40), (50, 80, 160)),
    sky=((60, 120, 205), (176, 206, 228)),
    shadow=0.55,
    haze_per_m=0.0025,
    haze=(206, 206, 190),
    grain=7.0,
    traffic={'person': 4.0},
)

SYNTHIA = Street(
    'synthia',
    (160, 95),
    StreetCamera(
        focal=0.62,
        height_m=2.6,
        horizon=0.36,
        gain=(0.86, 0.95, 1.08),
        gamma=1.15,
        saturation=1.1,
        noise=0.5,
        blur_px=0.0,
    ),
    lanes_m=(3.5, 6.5),
    sidewalk_m=(3.0, 6.0),
    houses_m=(14, 40),
    gaps=0.2,
    green=0.3,
    walls=(
        (150, 70, 60),
        (92, 96, 124),
        (168, 150, 110),
        (60, 92, 96),
        (130, 120, 118),
    ),
    ground=((66, 68, 74), (128, 120, 124), (70, 110, 60)),
    leaves=((40, 110, 50), (60, 140, 60)),
    paint=((160, 20, 40), (20, 60, 150), (230, 230, 235), (20, 120, 70), (90, 90, 95)),
    sky=((112, 140, 190), (190, 196, 214)),
    shadow=0.3,
    haze_per_m=0.0,
    haze=(180, 190, 205),
    grain=0.0,
    traffic={'person': 9.0, 'bus': 0.6, 'parked car': 4.0},
    absent=frozenset({'terrain', 'truck', 'train'}),
)

CITYSCAPES = Street(
    'cityscapes',
    (256, 128),
    StreetCamera(
        focal=1.05,
        height_m=1.25,
        horizon=0.43,
        gain=(0.86, 0.97, 0.9),
        gamma=1.0,
        saturation=0.55,
        noise=3.5,
        blur_px=0.8,
        bonnet=True,
    ),
    lanes_m=(2.6, 4.6),
    sidewalk_m=(2.5, 5.0),
    houses_m=(8, 20),
    gaps=0.25,
    green=0.6,
    walls=((150, 136, 120), (128, 120, 112), (168, 160, 148), (116, 98, 88)),
    ground=((92, 92, 94), (124, 118, 116), (92, 104, 70)),
    leaves=((58, 70, 48), (74, 84, 56), (48, 58, 42)),
    paint=((40, 42, 48), (150, 152, 156), (205, 205, 205), (90, 30, 34), (36, 50, 82)),
    sky=((212, 218, 220), (232, 234, 232)),
    shadow=0.25,
    haze_per_m=0.012,
    haze=(200, 206, 204),
    grain=9.0,
)

CAMVID = Street(
    'camvid',
    (160, 120),
    StreetCamera(
        focal=0.95,
        height_m=1.3,
        horizon=0.42,
        gain=(1.0, 0.9, 0.78),
        gamma=1.3,
        saturation=0.8,
        noise=4.0,
        blur_px=0.9,
    ),
    lanes_m=(3.0, 5.0),
    sidewalk_m=(2.0, 4.0),
    houses_m=(6, 14),
    gaps=0.3,
    green=0.6,
    walls=((170, 120, 90), (190, 176, 150), (140, 110, 96)),
    ground=((88, 84, 82), (132, 122, 112), (100, 104, 60)),
    leaves=((70, 72, 36), (90, 82, 44)),
    paint=((180, 180, 184), (40, 40, 44), (120, 24, 24), (28, 44, 90)),
    sky=((214, 210, 200), (238, 232, 214)),
    shadow=0.35,
    haze_per_m=0.006,
    haze=(214, 204, 184),
    grain=10.0,
    mapping='cityscapes19_to_camvid11',
)

STREETS = {street.name: street for street in (GTA5, SYNTHIA, CITYSCAPES, CAMVID)}
