"""A segmentor that sees context at low and detail at high resolution (HRDA)."""

from collections.abc import Iterator, Sequence
from itertools import product

import torch
from mmengine.structures import PixelData
from mmseg.models import EncoderDecoder
from mmseg.models.utils import resize
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import Tensor

from mmuda.models.data_preprocessor import IGNORED
from mmuda.models.draws import rng_of

Box = tuple[slice, slice]


def fuse(context: Tensor, detail: Tensor, attention: Tensor) -> Tensor:
    """What both resolutions say (Hoyer et al. 2022, HRDA, Eq. 8).

    Args:
        context: Logits of the image at low resolution, (N, C, H, W).
        detail: Logits at high resolution, likewise.
        attention: How far to trust the detail, in [0, 1], likewise; 0 where the detail
            was not seen.
    """
    return (1 - attention) * context + attention * detail


def windows(size: Sequence[int], window: Sequence[int]) -> Iterator[Box]:
    """Windows that overlap by half and cover an image; the last ones end at its edges.

    Args:
        size: Height and width of the image.
        window: Of a window; at most those of the image.
    """
    places = []
    for whole, part in zip(size, window, strict=True):
        starts = [*range(0, whole - part, max(1, part // 2)), whole - part]
        places.append([slice(start, start + part) for start in starts])
    yield from product(*places)


@MODELS.register_module()
class MultiResolutionEncoderDecoder(EncoderDecoder):
    """MMSeg's segmentor on two resolutions, with a learned attention between them.

    Hoyer et al. 2022 (HRDA), Sect. 3.2 to 3.4. Encoder and decode head are shared:

    * the context is the whole image, made smaller (Eq. 4);
    * the detail is a window of the image as it is, a random one in training (Eq. 5);
    * an attention head on the context's features says by class and place how far the
      detail is trusted (Eq. 7); outside of the window it is 0;
    * the loss is (1 - d) that of the fusion and d that of the detail alone (Eq. 9).

    At test time, and for pseudo labels, the detail is the mean of windows that overlap
    by half and cover the image (Sect. 3.4). Larger images than those of training are
    taken in parts by MMSeg's own ``test_cfg=dict(mode='slide', ...)``.

    The loss of the decode head must be a mean over labelled pixels
    (``avg_non_ignore=True``). (The released code fuses at the resolution of the
    logits, and takes the same window from all images of a mini-batch.)

    Args:
        scale_attention: Config of the attention head, any decode head; its classes are
            those of ``decode_head``.
        detail_size: Height and width of the window in pixels; smaller images are seen
            whole.
        context_scale: Size of the context over that of the image.
        detail_weight: Share d of the loss.
        **kwargs: Those of MMSeg's ``EncoderDecoder``.

    Raises:
        ValueError: If there is an auxiliary head, which would have to choose a
            resolution, or the loss is no mean over labelled pixels.
    """

    def __init__(
        self,
        scale_attention: dict,
        detail_size: tuple[int, int],
        context_scale: float = 0.5,
        detail_weight: float = 0.1,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        if self.with_auxiliary_head:
            raise ValueError('MultiResolutionEncoderDecoder takes no auxiliary_head')
        if not getattr(self.decode_head.loss_decode, 'avg_non_ignore', False):
            raise ValueError(
                'loss_decode.avg_non_ignore of the decode head must be True'
            )
        classes = dict(num_classes=self.decode_head.num_classes)
        self.scale_attention = MODELS.build({**scale_attention, **classes})
        self.detail_size = tuple(detail_size)
        self.context_scale = context_scale
        self.detail_weight = detail_weight

    def _resized(self, maps: Tensor, size: Sequence[int]) -> Tensor:
        corners = self.align_corners
        return resize(maps, size=tuple(size), mode='bilinear', align_corners=corners)

    def _context(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and attention by the image made smaller, at the image's size."""
        size = inputs.shape[2:]
        smaller = [round(self.context_scale * int(side)) for side in size]
        small = self._resized(inputs, smaller)
        features = self.extract_feat(small)
        logits = self.decode_head(features)
        attention = self.scale_attention(features).sigmoid()
        return self._resized(logits, size), self._resized(attention, size)

    def _window(self, size: Sequence[int]) -> list[int]:
        return [min(w, s) for w, s in zip(self.detail_size, size, strict=True)]

    def _seen(self, crops: Tensor) -> Tensor:
        """Logits of windows of the image, at their size."""
        logits = self.decode_head(self.extract_feat(crops))
        return self._resized(logits, crops.shape[2:])

    def _covering(self, inputs: Tensor) -> Tensor:
        """Mean logits of windows that cover the image."""
        total, times = 0.0, 0.0
        size = inputs.shape[2:]
        for rows, columns in windows(size, self._window(size)):
            logits = self._seen(inputs[..., rows, columns])
            if isinstance(total, float):
                total = logits.new_zeros((*logits.shape[:2], *size))
                times = logits.new_zeros((1, 1, *size))
            total[..., rows, columns] += logits
            times[..., rows, columns] += 1
        return total / times

    def _forward(
        self, inputs: Tensor, data_samples: list[SegDataSample] | None = None
    ) -> Tensor:
        """Fused logits (N, C, H, W) at the size of the image."""
        del data_samples
        detail = self._covering(inputs)
        context, attention = self._context(inputs)
        return fuse(context, detail, attention)

    def encode_decode(self, inputs: Tensor, batch_img_metas: list[dict]) -> Tensor:
        """Likewise, for prediction."""
        del batch_img_metas
        return self._forward(inputs)

    def loss(
        self, inputs: Tensor, data_samples: list[SegDataSample]
    ) -> dict[str, Tensor]:
        """Losses of the fusion, ``decode.*``, and of the detail, ``detail.*``."""
        boxes = [self._random_box(inputs.shape[2:], s) for s in data_samples]
        crops = [image[:, r, c] for image, (r, c) in zip(inputs, boxes, strict=True)]
        seen = self._seen(torch.stack(crops))
        # The context passes last: its features are what others read of the encoder.
        context, attention = self._context(inputs)
        detail, inside = torch.zeros_like(context), torch.zeros_like(context[:, :1])
        for n, (rows, columns) in enumerate(boxes):
            detail[n, :, rows, columns] = seen[n]
            inside[n, :, rows, columns] = 1
        fused = fuse(context, detail, attention * inside)
        within = list(map(_labelled_in, data_samples, boxes))
        found = dict(
            decode=(1 - self.detail_weight, fused, data_samples),
            detail=(self.detail_weight, detail, within),
        )
        return {
            f'{name}.{key}': weight * value if 'loss' in key else value
            for name, (weight, logits, samples) in found.items()
            for key, value in self.decode_head.loss_by_feat(logits, samples).items()
        }

    def _random_box(self, size: Sequence[int], sample: SegDataSample) -> Box:
        rng, box = rng_of(sample, 'detail'), []
        for whole, part in zip(size, self._window(size), strict=True):
            start = int(rng.integers(whole - part + 1))
            box.append(slice(start, start + part))
        return tuple(box)


def _labelled_in(sample: SegDataSample, box: Box) -> SegDataSample:
    """A sample whose labels outside a window are ignored."""
    labels = sample.gt_sem_seg.data
    rows, columns = box
    kept = torch.full_like(labels, IGNORED)
    kept[:, rows, columns] = labels[:, rows, columns]
    return SegDataSample(gt_sem_seg=PixelData(data=kept))
