"""Pictures: what their pixels say."""

import cv2
import numpy as np

from mmuda.visualization import (
    colourise,
    displayable,
    overlay,
    save_panels,
    stretched_together,
)

PALETTE = [[255, 0, 0], [0, 255, 0]]


def test_colours_of_classes():
    picture = colourise(np.array([[0, 1, 255]]), PALETTE)
    assert picture.tolist() == [[[255, 0, 0], [0, 255, 0], [128, 128, 128]]]


def test_overlay_mixes():
    image = np.full((1, 2, 3), 100, np.uint8)
    mixed = overlay(image, np.array([[0, 1]]), PALETTE, opacity=0.5)
    assert mixed.tolist() == [[[178, 50, 50], [50, 178, 50]]]


def test_displayable_takes_any_bands_and_types():
    eight_bit = np.arange(32, dtype=np.uint8).reshape(2, 4, 4)
    assert np.array_equal(displayable(eight_bit), eight_bit[..., :3])
    grey = displayable(np.linspace(0, 9000, 100, dtype=np.float32).reshape(10, 10, 1))
    assert grey.shape == (10, 10, 3)
    assert (grey.min(), grey.max()) == (0, 255)
    assert (np.diff(grey[..., 0].ravel().astype(int)) >= 0).all()


def test_panels(tmp_path):
    red = colourise(np.zeros((8, 8), int), PALETTE)
    green = colourise(np.ones((8, 8), int), PALETTE)
    file = tmp_path / 'pictures' / 'panels.png'
    save_panels(file, [[red, green]], ['left', 'right'], ('a', 'b'), PALETTE)
    picture = cv2.imread(str(file))[..., ::-1]
    middle = picture.shape[1] // 2
    assert (picture[:, :middle] == [255, 0, 0]).all(-1).sum() > 1000
    assert (picture[:, middle:] == [0, 255, 0]).all(-1).sum() > 1000


def test_stretched_together():
    """The first image sets the scale, so that a shift is seen; 8 bits have one."""
    ramp = np.linspace(0, 1000, 300).reshape(10, 10, 3)
    first, second = stretched_together([ramp, ramp + 200], False)
    assert second.mean() > first.mean() + 20
    grey = np.full((4, 4, 4), 77.4)
    (plain,) = stretched_together([grey], eight_bits=True)
    assert plain.shape == (4, 4, 3)
    assert (plain == 77).all()
