"""What this project adds to mmuda: a discriminator and a dataset."""

from example.dataset import VillageDataset
from example.discriminator import PatchDiscriminator

__all__ = ['PatchDiscriminator', 'VillageDataset']
