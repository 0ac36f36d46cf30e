"""Splitting a mini-batch by domain, each domain with its own statistics."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.model import BaseDataPreprocessor
from mmseg.models import SegDataPreProcessor
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.domains import SOURCE, TARGET, DomainBatch
from mmuda.models.validity import fill_invalid

MEASURED = 'dataset'
IGNORED = 255


@MODELS.register_module()
class RasterDataPreprocessor(SegDataPreProcessor):
    """MMSeg's preprocessor for images of any number of bands.

    (That of onedl insists on one or three.)

    Args:
        mean: Of each band, in the units of the image; None to leave images as they
            are; ``'dataset'`` for that of the images trained on, which
            ``DatasetMeanHook`` measures and the checkpoint keeps.
        std: Likewise, but for ``'dataset'``.
        **kwargs: Those of MMSeg's ``SegDataPreProcessor``.

    Raises:
        ValueError: If ``mean`` and ``std`` do not have one number per band each.
    """

    def __init__(
        self,
        mean: Sequence[float] | str | None = None,
        std: Sequence[float] | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.swaps_bands = bool(kwargs.get('rgb_to_bgr') or kwargs.get('bgr_to_rgb'))
        self.measures_mean = mean == MEASURED
        if self.measures_mean:
            mean = [0.0] * len(std or ())
        if len(mean or ()) != len(std or ()):
            raise ValueError(
                f'mean and std must have one number per band, got {mean} and {std}'
            )
        if mean:
            self._enable_normalize = True
            for name, values in (('mean', mean), ('std', std)):
                numbers = torch.tensor(values, dtype=torch.float32).view(-1, 1, 1)
                keep = self.measures_mean and name == 'mean'
                self.register_buffer(name, numbers, persistent=keep)

    def normalisation(self) -> tuple[Tensor | float, Tensor | float]:
        """Mean and standard deviation, shape (bands, 1, 1) each."""
        return (self.mean, self.std) if self._enable_normalize else (0.0, 1.0)

    def swapped(self, images: Tensor) -> Tensor:
        """Red and blue exchanged, where that is done to three bands."""
        swaps = self.swaps_bands and images.shape[1] == 3
        return images.flip(1) if swaps else images

    def normalise(self, images: Tensor, domain: str = '') -> Tensor:
        """Images (N, bands, H, W) in the units of files, as networks see them.

        Those of any ``domain`` alike.
        """
        del domain
        mean, std = self.normalisation()
        return (self.swapped(images) - mean) / std


@MODELS.register_module()
class DomainDataPreprocessor(BaseDataPreprocessor):
    """Batches by domain for training; an ordinary MMSeg preprocessor otherwise.

    Each domain has a :class:`RasterDataPreprocessor` of its own. In training a
    sample's ``domain`` (stamped by ``DomainConcatDataset``) says which one; at test
    time it is that of ``predict_domain``.

    Args:
        domains: What differs between domains, such as ``mean`` and ``std``, by
            name: ``dict(source=dict(mean=..., std=...), target=...)``. A domain
            that is not named gets the common settings alone.
        predict_domain: The domain of images met outside training.
        **common: Settings of :class:`RasterDataPreprocessor` for all domains.

    Raises:
        ValueError: If a training sample carries no domain.
    """

    def __init__(
        self,
        domains: dict[str, dict] | None = None,
        predict_domain: str = 'target',
        **common: object,
    ) -> None:
        super().__init__()
        self.predict_domain = predict_domain
        self.common = RasterDataPreprocessor(**common)
        self.domains = nn.ModuleDict(
            {
                name: RasterDataPreprocessor(**{**common, **own})
                for name, own in (domains or {}).items()
            }
        )

    def _of(self, domain: str) -> RasterDataPreprocessor:
        named = domain in self.domains
        chosen = self.domains[domain] if named else self.common
        # Only the outermost preprocessor is told when a model moves.
        return chosen if chosen.device == self.device else chosen.to(self.device)

    def normalisation(self, domain: str) -> tuple[Tensor | float, Tensor | float]:
        """Mean and standard deviation of a domain, shape (bands, 1, 1) each."""
        return self._of(domain).normalisation()

    def denormalise(self, images: Tensor, domain: str) -> Tensor:
        """Images (N, bands, H, W) of a domain as they were in their files."""
        mean, std = self.normalisation(domain)
        return self._of(domain).swapped(images * std + mean)

    def normalise(self, images: Tensor, domain: str) -> Tensor:
        """Images (N, bands, H, W) in the units of files, as networks see a domain's."""
        return self._of(domain).normalise(images)

    def measuring(self) -> dict[str, RasterDataPreprocessor]:
        """The preprocessors whose mean is that of their domain's images."""
        return {
            name: self._of(name)
            for name in self.domains
            if self.domains[name].measures_mean
        }

    def forward(
        self, data: dict, training: bool = False
    ) -> dict[str, DomainBatch] | dict:
        """Normalise, pad and stack.

        Args:
            data: ``inputs``, a list of images (bands, H, W), and ``data_samples``.
            training: Whether to split by domain.

        Returns:
            In training a :class:`DomainBatch` by name, sources first, target last;
            otherwise what :class:`RasterDataPreprocessor` returns.
        """
        if not training:
            return self._of(self.predict_domain)(data, False)
        groups: dict[str, dict] = {}
        for image, sample in zip(data['inputs'], data['data_samples'], strict=True):
            if 'domain' not in sample.metainfo:
                raise ValueError(
                    f'{sample.metainfo.get("img_path")} carries no domain: the '
                    'training dataset must be a DomainConcatDataset'
                )
            group = groups.setdefault(
                sample.metainfo['domain'], dict(inputs=[], data_samples=[])
            )
            group['inputs'].append(image)
            group['data_samples'].append(sample)
        order = sorted(groups, key=lambda name: (name == TARGET, name))
        return {name: self._batch(name, groups[name]) for name in order}

    def _batch(self, domain: str, group: dict) -> DomainBatch:
        sizes = [image.shape[1:] for image in group['inputs']]
        role = TARGET if domain == TARGET else SOURCE
        batch = DomainBatch(**self._of(domain)(group, True), role=role)
        batch.valid = _valid(batch, sizes)
        if batch.valid is not None:
            _silence_invalid(batch)
        return batch


def _silence_invalid(batch: DomainBatch) -> None:
    """Let invalid pixels say nothing: neither their values nor their labels."""
    batch.inputs = fill_invalid(batch.inputs, batch.valid)
    for sample, valid in zip(batch.data_samples, batch.valid, strict=True):
        if 'gt_sem_seg' in sample:
            labels = sample.gt_sem_seg.data
            sample.gt_sem_seg.data = labels.masked_fill(
                ~valid.to(labels.device), IGNORED
            )


def _valid(batch: DomainBatch, sizes: list[torch.Size]) -> Tensor | None:
    """Where images are neither padding nor marked invalid by ``PackRaster``."""
    height, width = batch.inputs.shape[2:]
    padded = any(tuple(size) != (height, width) for size in sizes)
    if not padded and not any('invalid' in s for s in batch.data_samples):
        return None
    masks = []
    for sample, size in zip(batch.data_samples, sizes, strict=True):
        valid = torch.ones(1, *size, dtype=torch.bool)
        if 'invalid' in sample:
            valid = ~sample.invalid.data.cpu()
        masks.append(F.pad(valid, (0, width - size[1], 0, height - size[0])))
    return torch.stack(masks).to(batch.inputs.device)
