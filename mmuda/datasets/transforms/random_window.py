"""Moving the windows of scenes about."""

from dataclasses import replace

import numpy as np
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandomWindow(BaseTransform):
    """Let a sample be another window of its cell each time that it is loaded.

    It stands before what loads image and labels. Whatever leaves out augmentations,
    such as pairing, sees the windows of the grid.

    Required Keys:

    - window, cell (optional): Without them nothing is done.

    Modified Keys:

    - window
    """

    def transform(self, results: dict) -> dict:
        """Move the window."""
        if 'cell' in results:
            window, cell = results['window'], results['cell']
            results['window'] = replace(
                window,
                row=cell.row + np.random.randint(cell.height - window.height + 1),
                column=cell.column + np.random.randint(cell.width - window.width + 1),
            )
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'
