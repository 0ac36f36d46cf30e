"""Reading the translation of an image in its place."""

import os
import random
from pathlib import Path

from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class TranslatedImage(BaseTransform):
    """Let what loads the image load its translation.

    It stands first in a pipeline; ``tools/train.py`` puts it there for a config with
    an offline ``TranslationHook``. Whatever goes by the dataset's file names, such as
    a mapping, keeps seeing the real ones. Labels stay as they are.

    Required Keys:

    - img_path

    Modified Keys:

    - img_path

    Args:
        folder: Folder of the translations.
        root: Folder of the images, below which both have the same names.
        share: Probability that an image is replaced.

    Raises:
        FileNotFoundError: If there is no translation of an image.
    """

    def __init__(self, folder: str, root: str, share: float = 1.0) -> None:
        self.folder = Path(folder)
        self.root = root
        self.share = share

    def transform(self, results: dict) -> dict:
        """Replace the path."""
        if self.share < 1 and random.random() >= self.share:
            return results
        file = self.folder / os.path.relpath(results['img_path'], self.root)
        if not file.is_file():
            file = file.with_suffix('.tif')  # where GDAL can not write its format
        if not file.is_file():
            raise FileNotFoundError(
                f'{results["img_path"]} has no translation in {self.folder}'
            )
        results['img_path'] = str(file)
        return results

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(folder={str(self.folder)!r}, root={self.root!r}, '
            f'share={self.share})'
        )
