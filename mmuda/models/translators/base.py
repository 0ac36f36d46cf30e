"""The contract of image translators."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence

import torch
from mmengine.model import is_model_wrapper
from torch import Tensor, nn

from mmuda.models.domains import DomainBatch
from mmuda.models.layers.spatial_norm import (
    ROUTES,
    Route,
    SpatialNorm,
    domain_moments,
    estimating,
    patch_moments,
)
from mmuda.models.phased import Losses, PhasedModel
from mmuda.models.validity import fill_invalid


class Translator(PhasedModel):
    """Gives images of one domain the style of the other.

    A subclass writes the paper's steps as methods ``loss_<phase>(batch)``, one per
    phase, and the way of an image through its networks as :meth:`generate`. Between
    networks and files stands the preprocessor: networks see images that it has
    normalised ("network range", usually [-1, 1]) and 0 at invalid pixels.

    Layers with statistics over space are those of
    :mod:`~mmuda.models.layers.spatial_norm`. Their domain moments are estimated
    by ``DomainMomentsHook`` for every checkpoint.

    Args:
        phases: See :class:`~mmuda.models.phased.PhasedModel`.
        data_preprocessor: A ``DomainDataPreprocessor``; by default one that maps 8 bits
            to [-1, 1].
        init_cfg: As in :class:`mmengine.model.BaseModule`. Discriminators have one in
            their own config, which counts for them; weights of a whole translator
            (``Pretrained``) are the last word.

    Attributes:
        routes: The pairs (source, target) that it translates between.
        halo: Pixels beyond which the input has no influence on a pixel of the output,
            a multiple of ``stride``.
        stride: Height and width of an input must be multiples of it; a tile's place
            in its scene as well, for the same result.
    """

    routes: Sequence[Route] = ROUTES[:2]
    halo: int
    stride: int

    def __init__(
        self,
        phases: Sequence[dict],
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        if data_preprocessor is None:
            eight_bits = dict(mean=[127.5], std=[127.5], size_divisor=1)
            data_preprocessor = dict(type='DomainDataPreprocessor', **eight_bits)
        super().__init__(phases, data_preprocessor, init_cfg)

    def phase_losses(self, phase: str, batch: dict[str, DomainBatch]) -> Losses:
        """Losses of ``loss_<phase>`` on images whose invalid pixels hold 0."""
        for domain in batch.values():
            domain.inputs = fill_invalid(domain.inputs, domain.valid)
        loss_of_phase = getattr(self, f'loss_{phase}', None)
        return {} if loss_of_phase is None else loss_of_phase(batch)

    @abstractmethod
    def generate(self, images: Tensor, source: str, target: str) -> Tensor:
        """Images (N, bands, H, W) in network range, from one domain to the other.

        Deterministic. Random or learned parts of a style are those that represent the
        whole domain.
        """

    def infer(self, inputs: Tensor, data_samples: list | None, mode: str) -> Tensor:
        """Normalised source images in the style of the target, normalised."""
        del data_samples, mode
        route = 'source', 'target'
        with domain_moments(route):
            return self.generate(inputs, *route)

    @torch.no_grad()
    def translate(
        self,
        images: Tensor,
        source: str = 'source',
        target: str = 'target',
        valid: Tensor | None = None,
    ) -> Tensor:
        """Images of one domain in the style of the other.

        Args:
            images: In the units of their files, float, shape (N, bands, H, W), where
                H and W are multiples of ``stride``.
            source: The domain that they are of.
            target: The domain whose style they get.
            valid: Mask of valid pixels, bool, (N, 1, H, W); None if all are.

        Returns:
            Images in the units of the target's files, not clipped to their range;
            without meaning at invalid pixels.

        Raises:
            ValueError: If the translator has no such direction, or no domain moments
                for it yet.
        """
        self.check_ready(source, target)
        with domain_moments((source, target)):
            images = fill_invalid(self.to_network(images, source), valid)
            return self.to_files(self.generate(images, source, target), target)

    def check_ready(self, source: str, target: str) -> None:
        """Raise ``ValueError`` where :meth:`translate` would be undefined."""
        route = source, target
        if route not in self.routes:
            raise ValueError(
                f'{type(self).__name__} translates {list(self.routes)}, not {route}'
            )
        layers = list(self.spatial_norms())
        at = ROUTES.index(route)
        # A direction uses some of the layers; of a direction in use, one knows.
        if layers and not any(layer.domain_number[at].any() for layer in layers):
            raise ValueError(
                f'{type(self).__name__} has no domain moments from {source} to '
                f'{target}: train it with DomainMomentsHook, or load a checkpoint '
                'that was'
            )

    def panels(self, batch: dict[str, DomainBatch]) -> dict[str, Tensor]:
        """Pictures of a training batch, as the networks see and make them.

        Returns:
            For each domain that is translated ``<domain>``, ``<domain>.translated``
            and, if there is a way back, ``<domain>.reconstructed``, in the units of
            files.
        """
        panels = {}
        for source, target in self.routes:
            if source == target:
                continue
            domain = batch[source]
            with torch.no_grad(), patch_moments(domain.valid):
                real = fill_invalid(domain.inputs, domain.valid)
                there = self.generate(real, source, target)
                panels[source] = self.to_files(real, source)
                panels[f'{source}.translated'] = self.to_files(there, target)
                if (target, source) in self.routes:
                    there = fill_invalid(there, domain.valid)
                    back = self.generate(there, target, source)
                    panels[f'{source}.reconstructed'] = self.to_files(back, source)
        return panels

    def to_network(self, images: Tensor, domain: str) -> Tensor:
        """Images in the units of a domain's files, in network range."""
        mean, std = self.data_preprocessor.normalisation(domain)
        return (images - mean) / std

    def to_files(self, images: Tensor, domain: str) -> Tensor:
        """Images in network range, in the units of a domain's files."""
        mean, std = self.data_preprocessor.normalisation(domain)
        return images * std + mean

    def spatial_norms(self) -> Iterable[SpatialNorm]:
        """All layers that keep moments of domains."""
        layers = (m for m in self.modules() if isinstance(m, SpatialNorm))
        return (layer for layer in layers if layer.keeps_moments)

    def estimate_code(self, domain: str, batches: Iterable[DomainBatch]) -> None:
        """Estimate what stands for the style of a whole domain; by default nothing.

        It comes before the moments of the routes, which depend on it.

        Args:
            domain: ``source`` or ``target``.
            batches: Its preprocessed images.
        """

    @torch.no_grad()
    def estimate_moments(self, route: Route, batches: Iterable[DomainBatch]) -> None:
        """Estimate the domain moments that translation by ``route`` needs.

        Each mini-batch passes as one image; the more images it holds, the closer its
        deeper layers see what they will see in translation.

        Args:
            route: One of ``routes``.
            batches: Preprocessed images of the route's source.
        """
        for layer in self.spatial_norms():
            layer.forget(route)
        for batch in batches:
            with estimating(route, batch.valid):
                self.generate(fill_invalid(batch.inputs, batch.valid), *route)


def as_translator(model: nn.Module) -> Translator:
    """The translator in a model that may be wrapped for several processes.

    Raises:
        ValueError: If it is none.
    """
    model = model.module if is_model_wrapper(model) else model
    if not isinstance(model, Translator):
        raise ValueError(f'expected a Translator, got {type(model).__name__}')
    return model
