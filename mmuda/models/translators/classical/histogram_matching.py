"""Histogram matching, a baseline of the SemI2I paper (Table 1)."""

import numpy as np
import torch
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.translators.classical.fitted import FittedTranslator


@MODELS.register_module()
class HistogramMatching(FittedTranslator):
    """Each band gets the distribution of grey levels that it has in the other domain.

    A grey level goes to the level of the same quantile (Gonzalez and Woods 2006,
    Sect. 3.3; Ref. [5] of SemI2I), quantiles in between by linear interpolation.
    Fitted to one image a domain it is ``skimage.exposure.match_histograms``; the
    histograms here are those of whole domains.

    Args:
        levels: Grey levels that are told apart, from 0: 65536 takes 8 and 16 bit.
        **kwargs: Those of :class:`FittedTranslator`.
    """

    def __init__(self, levels: int = 65536, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.levels = levels
        for domain in self.domains:
            empty = torch.zeros((self.bands, levels), dtype=torch.int64)
            self.register_buffer(f'{domain}_histogram', empty)
        self._tables: dict[tuple[str, str], Tensor] = {}

    def count(self, images: Tensor, valid: Tensor, domain: str) -> None:
        """Add the grey levels of each band to the histogram of the domain."""
        self._tables.clear()
        histogram = self.get_buffer(f'{domain}_histogram')
        for band, values in enumerate(images.movedim(1, 0)):
            histogram[band] += torch.bincount(
                self._levels_of(values[valid]), minlength=self.levels
            )

    def is_fitted(self, domain: str) -> bool:
        """Whether any level was counted."""
        return bool(self.get_buffer(f'{domain}_histogram').any())

    def _levels_of(self, values: Tensor) -> Tensor:
        levels = values.round().long()
        if levels.numel() and not 0 <= levels.min() <= levels.max() < self.levels:
            raise ValueError(
                f'HistogramMatching has grey levels 0 to {self.levels - 1}, found '
                f'{levels.min().item()} to {levels.max().item()}: set `levels`'
            )
        return levels

    def table(self, source: str, target: str) -> Tensor:
        """What each grey level of each band becomes, shape (bands, levels)."""
        if (source, target) not in self._tables:
            ours, theirs = (
                self.get_buffer(f'{d}_histogram').cpu().numpy()
                for d in (source, target)
            )
            rows = [_match(*pair) for pair in zip(ours, theirs, strict=True)]
            self._tables[source, target] = torch.tensor(np.array(rows)).float()
        return self._tables[source, target]

    def stylise(self, images: Tensor, source: str, target: str) -> Tensor:
        """Look every pixel up."""
        table = self.table(source, target).to(images.device)
        levels = images.round().long().clamp(0, self.levels - 1)
        bands = torch.arange(self.bands, device=images.device).view(-1, 1, 1)
        return table[bands, levels]

    def _load_from_state_dict(self, *args: object, **kwargs: object) -> None:
        self._tables.clear()
        super()._load_from_state_dict(*args, **kwargs)


def _match(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """The level of the same quantile for each level, shape (levels,)."""
    levels = np.nonzero(theirs)[0]
    quantiles = np.cumsum(theirs[levels]) / theirs.sum()
    return np.interp(np.cumsum(ours) / ours.sum(), quantiles, levels)
