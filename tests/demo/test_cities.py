"""The demo cities: the same from the same seed, and like what they stand for."""

from dataclasses import replace

import numpy as np
import pytest

from mmuda.demo import BANDS, CITIES, CLASSES, render_scene

SIZE = 224


@pytest.fixture(scope='module')
def scenes():
    return {
        name: [render_scene(city, index, SIZE) for index in range(3)]
        for name, city in CITIES.items()
    }


def test_shape(scenes):
    assert set(CITIES) == {'hannover', 'buxtehude', 'nienburg', 'vaihingen', 'potsdam'}
    assert BANDS == ('nir', 'red', 'green', 'blue')
    for image, labels in (scene for city in scenes.values() for scene in city):
        assert image.shape == (SIZE, SIZE, 4)
        assert labels.shape == (SIZE, SIZE)
        assert image.dtype == labels.dtype == np.uint8
        assert labels.max() < len(CLASSES)


def test_depends_on_its_arguments_alone():
    city = CITIES['vaihingen']
    image, labels = render_scene(city, 1, 96, seed=3)
    np.random.seed(7)
    again, labels_again = render_scene(city, 1, 96, seed=3)
    assert np.array_equal(image, again)
    assert np.array_equal(labels, labels_again)
    others = [
        render_scene(city, 2, 96, seed=3),
        render_scene(city, 1, 96, seed=4),
        render_scene(CITIES['potsdam'], 1, 96, seed=3),
    ]
    assert all(not np.array_equal(labels, other) for _, other in others)


def test_every_class_occurs(scenes):
    for name, city in scenes.items():
        found = set(np.unique(np.stack([labels for _, labels in city])))
        assert found == set(range(len(CLASSES))), name


def test_vegetation_is_bright_in_the_near_infrared(scenes):
    """Vegetation index of low vegetation well above that of impervious surfaces."""
    for name, city in scenes.items():
        nir, red = np.stack([image for image, _ in city])[..., :2].astype(float).T
        labels = np.stack([labels for _, labels in city]).T
        index = (nir - red) / np.maximum(nir + red, 1)
        assert index[labels == 2].mean() > index[labels == 0].mean() + 0.1, name


@pytest.mark.parametrize('azimuth', [0, 90, 180, 270])
def test_shadows_fall_away_from_the_sun(azimuth):
    """Ground beside buildings is darker on the far side than towards the sun."""
    city = CITIES['hannover']
    city = replace(city, sun=replace(city.sun, azimuth_deg=azimuth, elevation_deg=35))
    # Towards the sun, as (row, column); azimuth is clockwise from north, north is up.
    towards = {0: (-1, 0), 90: (0, 1), 180: (1, 0), 270: (0, -1)}[azimuth]
    shaded, lit = [], []
    for index in range(4):
        image, labels = render_scene(city, index, SIZE)
        building, ground = labels == 1, labels == 0
        for values, sign in ((shaded, 1), (lit, -1)):
            # Ground with a building 2.4 m away, towards the sun or on the other side.
            away = [-sign * 12 * step for step in towards]
            values.append(image[np.roll(building, away, axis=(0, 1)) & ground].mean())
    assert np.mean(lit) > 1.2 * np.mean(shaded)


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (dict(size_px=0), 'size_px'),
        (dict(index=-1), 'index'),
        (dict(seed=-1), 'seed'),
        (dict(gsd_m=0), 'gsd_m'),
    ],
)
def test_rejects_arguments_out_of_range(arguments, said):
    given = dict(city=CITIES['potsdam'], index=0, size_px=64) | arguments
    with pytest.raises(ValueError, match=said):
        render_scene(**given)
