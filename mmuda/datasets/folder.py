"""Images and masks of one's own, in two folders."""

from pathlib import Path

from mmseg.datasets import BaseSegDataset
from mmseg.registry import DATASETS


@DATASETS.register_module()
class FolderDataset(BaseSegDataset):
    """MMSeg's folders of images and masks, with errors that say what is missing.

    ``data_prefix`` names the image folder (``img_path``) and, if there are labels, the
    mask folder (``seg_map_path``); a mask has the name of its image but for
    ``img_suffix`` and ``seg_map_suffix``. Classes stand in ``metainfo=dict(classes=...,
    palette=...)``. Images of any raster format are read by ``LoadRaster``.
    """

    advice = ''  # how to come by the data, ends an error message

    def load_data_list(self) -> list[dict]:
        """Paths of the images and, if there is a mask folder, their masks.

        Raises:
            FileNotFoundError: If a folder is missing or holds no image, or an image
                has no mask.
        """
        for role, folder in self.data_prefix.items():
            if not Path(folder).is_dir():
                raise FileNotFoundError(
                    f'{role} of {type(self).__name__}: no folder {folder}{self.advice}'
                )
        samples = super().load_data_list()
        if not samples:
            raise FileNotFoundError(
                f'{type(self).__name__}: no image *{self.img_suffix} in '
                f'{self.data_prefix["img_path"]}{self.advice}'
            )
        self._check_masks([s for s in samples if 'seg_map_path' in s])
        return samples

    def _check_masks(self, samples: list[dict]) -> None:
        bare = [s for s in samples if not Path(s['seg_map_path']).is_file()]
        if bare:
            raise FileNotFoundError(
                f'{type(self).__name__}: {len(bare)} of {len(samples)} images have no '
                f'mask; {bare[0]["img_path"]} should have {bare[0]["seg_map_path"]}'
                f'{self.advice}'
            )
