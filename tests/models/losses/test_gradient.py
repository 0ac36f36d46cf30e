"""The Sobel gradient loss of SemI2I."""

import numpy as np
import pytest
import torch
from scipy import ndimage
from skimage import filters

from mmuda.models.losses import gradient_loss, sobel

KERNEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]


def sobel_by_loops(image):
    """Both derivatives of a band, borders repeated."""
    height, width = image.shape
    by_x, by_y = torch.zeros_like(image), torch.zeros_like(image)
    for y in range(height):
        for x in range(width):
            for dy in (-1, 0, 1):
                for dx in (-1, 0, 1):
                    row = min(max(y + dy, 0), height - 1)
                    column = min(max(x + dx, 0), width - 1)
                    by_x[y, x] += KERNEL[dy + 1][dx + 1] * image[row, column]
                    by_y[y, x] += KERNEL[dx + 1][dy + 1] * image[row, column]
    return by_x, by_y


def test_sobel_values():
    images = torch.randn(2, 3, 5, 6, dtype=torch.double)
    gradients = sobel(images)
    for n in range(2):
        for c in range(3):
            by_x, by_y = sobel_by_loops(images[n, c])
            torch.testing.assert_close(gradients[n, c], by_x)
            torch.testing.assert_close(gradients[n, 3 + c], by_y)


def test_scale_is_that_of_scipy_and_four_times_that_of_scikit_image():
    """The integer kernel: a ramp of 1 per pixel has gradient 8."""
    band = torch.randn(5, 6, dtype=torch.double)
    by_x, by_y = sobel(band[None, None])[0].numpy()
    for ours, axis in ((by_x, 1), (by_y, 0)):
        theirs = ndimage.sobel(band.numpy(), axis, mode='nearest')
        divided = filters.sobel(band.numpy(), axis=axis, mode='nearest')
        np.testing.assert_allclose(ours, theirs)
        np.testing.assert_allclose(ours, 4 * divided)
    ramp = torch.arange(6.0).expand(1, 1, 5, 6)
    assert sobel(ramp)[0, 0, :, 1:-1].unique() == 8
    assert sobel(ramp)[0, 1].abs().max() == 0


def test_loss_values():
    ours, theirs = torch.randn(2, 1, 2, 5, 6, dtype=torch.double)
    total = 0
    for c in range(2):
        pairs = zip(
            sobel_by_loops(ours[0, c]), sobel_by_loops(theirs[0, c]), strict=True
        )
        total += sum(float((a - b).abs().sum()) for a, b in pairs)
    count = 2 * 2 * 5 * 6
    assert float(gradient_loss(ours, theirs)) == pytest.approx(total / count)


def test_invalid_pixels_and_what_looks_at_them_do_not_count():
    ours, theirs = torch.randn(2, 1, 1, 8, 9, dtype=torch.double)
    valid = torch.ones(1, 1, 8, 9, dtype=torch.bool)
    valid[..., 2, 3] = False
    loss = gradient_loss(ours, theirs, valid)
    left = torch.ones(8, 9, dtype=torch.bool)
    left[1:4, 2:5] = False
    difference = (sobel(ours) - sobel(theirs)).abs()[0, :, left]
    torch.testing.assert_close(loss, difference.mean())
    ours[..., 2, 3] = 1e6
    torch.testing.assert_close(gradient_loss(ours, theirs, valid), loss)
