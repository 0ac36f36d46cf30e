"""A segmentor that says what each of its branches predicts."""

import torch
from mmengine.structures import PixelData
from mmseg.models import EncoderDecoder
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import Tensor

BRANCH = 'branch_'


@MODELS.register_module()
class BranchedEncoderDecoder(EncoderDecoder):
    """MMSeg's segmentor with a :class:`~mmuda.models.heads.BranchedHead`.

    The logits of all branches are brought to the size of the original image, and
    merged there (Russo et al. 2019, Eq. 6 and Fig. 2). Besides ``pred_sem_seg`` a
    sample gets ``branch_<name>``, the prediction of each branch by itself, in the
    common class ids.

    Args:
        **kwargs: Those of MMSeg's ``EncoderDecoder``.
    """

    @property
    def _widths(self) -> dict[str, int]:
        return {name: len(ids) for name, ids in self.decode_head.classes.items()}

    def encode_decode(self, inputs: Tensor, batch_img_metas: list[dict]) -> Tensor:
        """Logits of all branches, one after another: (N, sum of their C, H, W)."""
        features = self.extract_feat(inputs)
        found = self.decode_head.predict_branches(features, batch_img_metas)
        return torch.cat(list(found.values()), 1)

    def slide_inference(self, inputs: Tensor, batch_img_metas: list[dict]) -> Tensor:
        """As in MMSeg, for the channels of all branches."""
        merged = self.out_channels
        self.out_channels = sum(self._widths.values())
        try:
            return super().slide_inference(inputs, batch_img_metas)
        finally:
            self.out_channels = merged

    def postprocess_result(
        self, seg_logits: Tensor, data_samples: list[SegDataSample] | None = None
    ) -> list[SegDataSample]:
        """Predictions of the branches, and merged, at the original size.

        Args:
            seg_logits: As :meth:`encode_decode` gives them.
            data_samples: What is known of the images.
        """
        parts = dict(
            zip(
                self._widths,
                seg_logits.split(list(self._widths.values()), 1),
                strict=True,
            )
        )
        own = {
            name: super(BranchedEncoderDecoder, self).postprocess_result(
                logits, _bare(data_samples)
            )
            for name, logits in parts.items()
        }
        if data_samples is None:
            data_samples = [SegDataSample() for _ in range(len(seg_logits))]
        for i, sample in enumerate(data_samples):
            logits = {name: found[i].seg_logits.data for name, found in own.items()}
            merged = self.decode_head.merge(logits)
            sample.seg_logits = PixelData(data=merged)
            sample.pred_sem_seg = PixelData(data=merged.argmax(0, keepdim=True))
            for name, scores in logits.items():
                ids = scores.new_tensor(self.decode_head.classes[name]).long()
                labels = ids[scores.argmax(0, keepdim=True)]
                sample.set_data({BRANCH + name: PixelData(data=labels)})
        return data_samples


def _bare(samples: list[SegDataSample] | None) -> list[SegDataSample] | None:
    """New samples with the same meta information."""
    if samples is None:
        return None
    return [SegDataSample(metainfo=sample.metainfo) for sample in samples]
