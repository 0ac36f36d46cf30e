"""Random numbers of an image, the same in any process and in a run that is resumed."""

import zlib

import numpy as np
import torch
from mmengine.structures import BaseDataElement


def rng_of(sample: BaseDataElement, purpose: str) -> np.random.Generator:
    """Random numbers for one image of the training stream.

    They depend on its place in the stream (``stream_seed``, which
    ``DomainConcatDataset`` stamps) and on what they are for: not on the process that
    the image came to, nor on the other images there. An image that was not drawn by a
    sampler takes a seed from PyTorch's global generator.

    Args:
        sample: The data sample of the image.
        purpose: Another one gives other numbers.
    """
    seed = sample.metainfo.get('stream_seed')
    if seed is None:
        seed = int(torch.randint(2**31, ()))
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])
