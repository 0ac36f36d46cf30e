"""Images and labels of a training run."""

import os

import numpy as np

from table.commands import SEARCH, STATISTICS, TEST, TRAIN
from table.row import Row
from table.spoiling import (
    GRAY,
    IMAGE,
    LABEL,
    TARGET,
    cut,
    dangling,
    every,
    fifo,
    gone,
    image,
    no_data,
    replaced,
    same_images,
    text,
    thin,
)

IMAGES = (
    Row(
        TRAIN,
        'a class id too high',
        r'2\.png: class ids 7 \(100 %\), expected 0 to 2',
        image(LABEL, 7 * GRAY),
    ),
    Row(
        TRAIN,
        'labels of another size',
        r'2\.png: labels of 8 x 16 pixels',
        image(LABEL, GRAY[:8]),
    ),
    Row(
        TRAIN,
        'labels in colours',
        r'2\.png: 3 bands',
        image(LABEL, np.dstack([GRAY] * 3)),
    ),
    Row(TRAIN, 'labels cut off', r'2\.png: not a raster', cut(LABEL, 20)),
    Row(TRAIN, 'an empty label file', r'2\.png: not a raster', text(LABEL, '')),
    Row(TRAIN, 'no label', r'1 of 6 images have no mask', gone(LABEL)),
    Row(TRAIN, 'no labels', r'have no mask|no folder', gone('data/source/labels')),
    Row(TRAIN, 'a label that is a dangling link', r'2\.png', dangling(LABEL)),
    Row(TRAIN, 'a label that is a FIFO', r'2\.png', fifo(LABEL)),
    Row(TRAIN, 'a label that is a folder', r'2\.png', replaced(LABEL, os.mkdir)),
    Row(TRAIN, 'no images', r'no folder', gone('data/target/images')),
    Row(TRAIN, 'text for an image', r'2\.tif: not a raster', text(IMAGE, 'text')),
    Row(TRAIN, 'an image cut off', r'2\.tif: not a raster', cut(IMAGE, 300)),
    Row(TRAIN, 'a target image cut off', r'2\.tif: not a raster', cut(TARGET, 300)),
    Row(TRAIN, 'an image that is a dangling link', r'2\.tif', dangling(IMAGE)),
    Row(TRAIN, 'an image that is a FIFO', r'2\.tif', fifo(IMAGE)),
    Row(TRAIN, 'a target image that is a dangling link', r'2\.tif', dangling(TARGET)),
    Row(TRAIN, 'a target image that is a FIFO', r'2\.tif', fifo(TARGET)),
    Row(
        TRAIN,
        'an image of 5 bands for a model of 3',
        r'2\.tif: 5 bands, expected 3',
        image(IMAGE, np.dstack([GRAY] * 5)),
    ),
    Row(
        TRAIN,
        'images of 5 bands for a model of 3',
        r'\d\.tif: 5 bands, expected 3',
        every('source', np.dstack([GRAY] * 5)),
    ),
    Row(
        TRAIN,
        'a target of 1 band',
        r'\d\.tif: 1 band, expected 3',
        every('target', GRAY),
    ),
    Row(TRAIN, 'a source without a valid pixel', r'no valid pixel', no_data('source')),
    Row(TRAIN, 'a target without a valid pixel', r'no valid pixel', no_data('target')),
    Row(TRAIN, 'the target as source', r'source and target must differ', same_images),
    Row(
        f'{TRAIN} --cfg-options train_dataloader.num_workers=2',
        'a target image cut off, read by a worker',
        r'2\.tif: not a raster',
        cut(TARGET, 300),
    ),
    *(
        Row(command, 'images 1 pixel high', r'images have a size that', thin)
        for command in (TRAIN, TEST, SEARCH, STATISTICS)
    ),
    Row(
        f'{TRAIN} --launcher {{}}',
        'a launcher that launched nothing',
        r'--launcher \w+, but \w+ is not set',
        values=('slurm', 'pytorch'),
    ),
)
