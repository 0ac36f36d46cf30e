"""Swapping the low-frequency amplitudes of the Fourier transform (FDA)."""

import torch
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.translators.classical.fitted import FittedTranslator


@MODELS.register_module()
class FourierAmplitude(FittedTranslator):
    """Low frequencies get the amplitudes of the target and keep their phases.

    Yang and Soatto, "FDA: Fourier Domain Adaptation for Semantic Segmentation",
    2020, Eq. 3: within a square of half-width ``beta`` times the patch around
    frequency 0 the amplitude of the source is replaced by that of the target. The
    paper takes a random target patch each time; here it is the mean over all target
    training patches, so that a translation is always the same.

    A patch of the fitted size is one Fourier transform, as in the paper. A larger
    image is the sum of windows of that size, every half of it, under a squared sine
    that adds up to one: windows lie at fixed places, so that a pixel depends on
    nothing farther than a window, and tiles that begin at multiples of half a window
    agree with the whole scene.

    Args:
        size: Height and width of the training patches, even.
        beta: Half-width of the square over the size, in [0, 0.5).
        **kwargs: Those of :class:`FittedTranslator`.

    Raises:
        ValueError: If ``size`` or ``beta`` is out of range.
    """

    def __init__(self, size: int, beta: float = 0.01, **kwargs: object) -> None:
        super().__init__(**kwargs)
        if size < 2 or size % 2:
            raise ValueError(f'size must be even and positive, got {size}')
        if not 0 <= beta < 0.5:
            raise ValueError(f'beta must be in [0, 0.5), got {beta}')
        self.size = self.halo = size
        self.stride = size // 2
        reach = int(beta * size)
        # Rows and columns of the spectrum within the square.
        near = torch.arange(-reach, reach + 1) % size
        self.register_buffer('near', near, persistent=False)
        for domain in self.domains:
            sums = torch.zeros((self.bands, len(near), len(near)), dtype=torch.float64)
            number = torch.zeros((), dtype=torch.int64)
            self.register_buffer(f'{domain}_amplitude', sums)
            self.register_buffer(f'{domain}_patches', number)

    def count(self, images: Tensor, valid: Tensor, domain: str) -> None:
        """Add the amplitudes of patches that are valid all over."""
        if images.shape[2:] != (self.size, self.size):
            raise ValueError(
                f'FourierAmplitude has size={self.size}, got patches of '
                f'{images.shape[2]} x {images.shape[3]}: set `size`'
            )
        whole = images[valid.flatten(1).all(1)].double()
        amplitudes = self._square(torch.fft.fft2(whole)).abs()
        self.get_buffer(f'{domain}_amplitude').add_(amplitudes.sum(0))
        self.get_buffer(f'{domain}_patches').add_(len(whole))

    def is_fitted(self, domain: str) -> bool:
        """Whether any patch was valid all over."""
        return bool(self.get_buffer(f'{domain}_patches') > 0)

    def amplitude(self, domain: str) -> Tensor:
        """Mean amplitudes within the square, shape (bands, 2 reach + 1, likewise)."""
        patches = self.get_buffer(f'{domain}_patches')
        return (self.get_buffer(f'{domain}_amplitude') / patches).float()

    def _square(self, spectrum: Tensor) -> Tensor:
        return spectrum[..., self.near[:, None], self.near]

    def stylise(self, images: Tensor, source: str, target: str) -> Tensor:
        """Swap the amplitudes, window by window."""
        del source
        amplitude = self.amplitude(target)
        if images.shape[2:] == (self.size, self.size):
            return self._swap(images, amplitude)
        return self._swap_windows(images, amplitude)

    def _swap(self, patches: Tensor, amplitude: Tensor) -> Tensor:
        spectrum = torch.fft.fft2(patches)
        phases = self._square(spectrum).angle()
        spectrum[..., self.near[:, None], self.near] = torch.polar(
            amplitude.expand_as(phases), phases
        )
        return torch.fft.ifft2(spectrum).real

    def _swap_windows(self, images: Tensor, amplitude: Tensor) -> Tensor:
        height, width = images.shape[2:]
        step = self.stride
        rows, columns = (_mirrored(n, step, images.device) for n in (height, width))
        padded = images[..., rows[:, None], columns]
        place = torch.arange(self.size, device=images.device) + 0.5
        ramp = torch.sin(torch.pi * place / self.size) ** 2
        weights = torch.outer(ramp, ramp)
        out = torch.zeros_like(padded)
        for top in range(0, len(rows) - step, step):
            strip = padded[..., top : top + self.size, :].unfold(-1, self.size, step)
            windows = self._swap(strip.movedim(-2, 0).flatten(0, 1), amplitude)
            windows = (windows * weights).unflatten(0, (-1, len(images)))
            for index, window in enumerate(windows):
                left = index * step
                out[..., top : top + self.size, left : left + self.size] += window
        return out[..., step : step + height, step : step + width]


def _mirrored(length: int, step: int, device: torch.device) -> Tensor:
    """Indices of a row with ``step`` mirrored pixels in front and enough behind."""
    end = -(-length // step) * step + step
    place = torch.arange(-step, end, device=device) % (2 * length)
    return torch.minimum(place, 2 * length - 1 - place)
