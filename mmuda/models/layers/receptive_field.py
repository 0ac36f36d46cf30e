"""How far around a pixel a network looks."""

from collections.abc import Iterable


def halo_of(convolutions: Iterable[tuple[int, int]], stride: int) -> int:
    """Pixels beyond which the input of a network has no influence on an output pixel.

    Args:
        convolutions: Kernel size, and pixels of the image a step in the finer of its
            input and output, of all convolutions on the longest way.
        stride: Coarsest step of the network.

    Returns:
        An upper bound, a multiple of ``stride``: an output pixel stands anywhere in
        the coarsest cell that it comes from.
    """
    reach = sum(kernel // 2 * step for kernel, step in convolutions) + stride - 1
    return -(-reach // stride) * stride
