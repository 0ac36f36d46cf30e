"""Images and masks of one's own, in two folders."""

import os
from collections.abc import Sequence
from pathlib import Path

from mmseg.datasets import BaseSegDataset
from mmseg.registry import DATASETS

from mmuda.datasets.rasters import open_raster
from mmuda.datasets.taxonomy import (
    IGNORED,
    Taxonomy,
    TaxonomyMapping,
    read_mapping,
    read_taxonomy,
)
from mmuda.datasets.windows import Box, grid, window_keys


@DATASETS.register_module()
class FolderDataset(BaseSegDataset):
    """MMSeg's folders of images and masks, with errors that say what is missing.

    ``data_prefix`` names the image folder (``img_path``) and, if there are labels, the
    mask folder (``seg_map_path``); a mask has the name of its image but for
    ``img_suffix`` and ``seg_map_suffix``. Classes stand in ``metainfo=dict(classes=...,
    palette=...)`` or in a taxonomy. Images of any raster format are read by
    ``LoadRaster``.

    Args:
        taxonomy: Name or YAML file of the taxonomy of the masks.
        mapping: Name or YAML file of a mapping from that taxonomy to another, whose
            classes are then those of the dataset.
        window_px: With a number, the samples are not whole images but windows of that
            height and width that cover them, read by themselves by ``LoadRaster`` and
            ``LoadLabels``; ``RandomWindow`` moves them.
        **kwargs: Those of MMSeg's ``BaseSegDataset``.

    Raises:
        ValueError: If a file is not as it should be, the two do not fit, or classes
            are named twice over, in ``metainfo`` as well.
    """

    advice = ''  # how to come by the data, ends an error message
    taxonomy: str | None = None  # of the masks, where a class of data sets knows it

    def __init__(
        self,
        taxonomy: str | None = None,
        mapping: str | None = None,
        window_px: int | None = None,
        **kwargs: object,
    ) -> None:
        if window_px is not None and window_px < 1:
            raise ValueError(f'window_px must be at least 1, got {window_px}')
        self.window_px = window_px
        self._taxonomy_map = None
        if taxonomy or mapping:
            space = self._label_space(taxonomy or self.taxonomy, mapping)
            kwargs['metainfo'] = _with_classes(kwargs.get('metainfo'), space)
            if isinstance(space, TaxonomyMapping) or not space.is_trainable:
                self._taxonomy_map = space.label_map()
        super().__init__(**kwargs)

    def _label_space(
        self, name: str | None, mapping: str | None
    ) -> Taxonomy | TaxonomyMapping:
        if mapping is None:
            return read_taxonomy(name)
        space = read_mapping(mapping)
        if name is not None and (masks := read_taxonomy(name)) != space.source:
            raise ValueError(
                f'mapping {mapping} is from taxonomy {space.source.name}, expected '
                f'that of the masks of {type(self).__name__}, {masks.name}'
            )
        return space

    def get_label_map(self, new_classes: Sequence[str] | None = None) -> dict | None:
        """Train id of each id in the masks, None if they are the same."""
        if self._taxonomy_map is None:
            return super().get_label_map(new_classes)
        # MMSeg's loader would take an id that the taxonomy lacks for a train id.
        return dict.fromkeys(range(len(new_classes)), IGNORED) | self._taxonomy_map

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
        if self._taxonomy_map is not None:
            for sample in samples:
                sample['known_ids'] = tuple(self._taxonomy_map)
        if not samples:
            raise FileNotFoundError(
                f'{type(self).__name__}: no image *{self.img_suffix} in '
                f'{self.data_prefix["img_path"]}{self.advice}'
            )
        if not self.ann_file:
            self._check_listed({s['img_path'] for s in samples})
        self._check_masks([s for s in samples if 'seg_map_path' in s])
        if self.window_px is None:
            return samples
        return [s for sample in samples for s in _windows(sample, self.window_px)]

    def _check_listed(self, found: set[str]) -> None:
        """Refuse what looks like an image in the folder and is no file."""
        for folder, _, names in os.walk(self.data_prefix['img_path']):
            for name in names:
                path = os.path.join(folder, name)
                hidden = not name.endswith(self.img_suffix) or name.startswith('.')
                if not hidden and path not in found and not os.path.isfile(path):
                    raise FileNotFoundError(
                        f'{path}: a link that leads nowhere or no regular file, '
                        'expected an image'
                    )

    def _check_masks(self, samples: list[dict]) -> None:
        bare = [s for s in samples if not Path(s['seg_map_path']).is_file()]
        if bare:
            raise FileNotFoundError(
                f'{type(self).__name__}: {len(bare)} of {len(samples)} images have no '
                f'mask; {bare[0]["img_path"]} should have {bare[0]["seg_map_path"]}'
                f'{self.advice}'
            )


def _windows(sample: dict, size_px: int) -> list[dict]:
    with open_raster(sample['img_path']) as raster:
        scene = Box(0, 0, raster.height, raster.width)
    return [{**sample, **window_keys(part)} for part in grid(scene, size_px)]


def _with_classes(
    metainfo: dict | None, space: Taxonomy | TaxonomyMapping
) -> dict[str, object]:
    """Metainfo with the classes of a taxonomy, or those that a mapping leads to."""
    if 'classes' in (metainfo or {}):
        raise ValueError(
            'metainfo names classes, as taxonomy or mapping does: name them once'
        )
    goal = space.target if isinstance(space, TaxonomyMapping) else space
    return {**(metainfo or {}), **goal.metainfo}
