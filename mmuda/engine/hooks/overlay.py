"""Predictions as pictures."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmuda.files import write_atomically
from mmuda.visualization import colourise, displayable, overlay


@HOOKS.register_module()
class OverlayHook(Hook):
    """Writes image, truth and prediction side by side for every test image.

    MMSeg's visualisation reads 8-bit pictures of three bands; this takes the image
    that the model was given, whatever its bands.

    Args:
        show_dir: Folder of the pictures, one PNG per image.
        opacity: Of the class colours over the image, in [0, 1].
    """

    def __init__(self, show_dir: str, opacity: float = 0.5) -> None:
        self.show_dir = Path(show_dir)
        self.opacity = opacity

    def after_test_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: Sequence | None = None,
    ) -> None:
        """Draw the samples of one batch."""
        del batch_idx
        meta = runner.test_dataloader.dataset.metainfo
        self.show_dir.mkdir(parents=True, exist_ok=True)
        for tensor, sample in zip(data_batch['inputs'], outputs, strict=True):
            if isinstance(tensor, (list, tuple)):  # test-time augmentation
                tensor = tensor[0]
            image = tensor.cpu().numpy().transpose(1, 2, 0)
            predicted = sample.pred_sem_seg.data[0].cpu().numpy()
            panels = [displayable(image)]
            if 'gt_sem_seg' in sample:
                truth = sample.gt_sem_seg.data[0].cpu().numpy()
                panels.append(colourise(truth, meta['palette']))
            panels.append(overlay(image, predicted, meta['palette'], self.opacity))
            name = f'{Path(sample.img_path).stem}.png'
            picture = np.concatenate(panels, axis=1)
            _, encoded = cv2.imencode('.png', picture[..., ::-1])
            with write_atomically(self.show_dir / name, 'wb') as out:
                out.write(encoded.tobytes())
