"""Street scenes as they are handed out, in small: made by the tests."""

import zlib

import cv2
import numpy as np
from PIL import Image

SIZE = (12, 20)  # height and width
# Ids that label images hold, from left to right, each as a column 2 pixels wide.
GTA5_IDS = (7, 8, 11, 12, 13, 17, 31, 0, 34, 33)
SYNTHIA_IDS = (3, 4, 2, 21, 5, 7, 15, 0, 22, 11)
CITYSCAPES_IDS = (7, 8, 11, 12, 13, 17, 31, 0, 29, 33)
CAMVID_IDS = (0, 1, 2, 3, 4, 5, 6, 9, 10, 11)
# What they are in training.
IN_TRAINING = {
    'gta5': [0, 1, 2, 3, 4, 5, 16, 255, 255, 18],
    'synthia': [0, 1, 2, 3, 4, 5, 6, 255, 255, 18],
    'cityscapes': [0, 1, 2, 3, 4, 5, 16, 255, 255, 18],
    'camvid': [0, 1, 2, 3, 4, 5, 6, 9, 10, 255],
}


def columns(ids, size=SIZE):
    return np.tile(np.repeat(np.array(ids), 2)[: size[1]], (size[0], 1))


def write_image(file, seed=0, size=SIZE):
    file.parent.mkdir(parents=True, exist_ok=True)
    data_set = zlib.crc32('/'.join(file.parts[-5:]).encode())  # no two share an image
    rng = np.random.default_rng([seed, data_set])
    pixels = rng.integers(256, size=(*size, 3), dtype=np.uint8)
    cv2.imwrite(str(file), pixels)


def write_palette(file, ids):
    """A palette image, as GTA5 has; OpenCV would read its colours."""
    file.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(ids.astype(np.uint8), mode='P')
    image.putpalette([(7 * i) % 256 for i in range(768)])
    image.save(file)


def write_grey(file, ids):
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(ids.astype(np.uint8), mode='L').save(file)


def write_wide(file, ids):
    """Three channels of 16 bits: class, instance, nothing. OpenCV's order is BGR."""
    file.parent.mkdir(parents=True, exist_ok=True)
    instances = 300 + np.arange(ids.size).reshape(ids.shape)
    pixels = np.stack([0 * ids, instances, ids], -1).astype(np.uint16)
    cv2.imwrite(str(file), pixels)


def make_gta5(root, number=4):
    for i in range(1, number + 1):
        write_image(root / f'images/{i:05d}.png', i)
        write_palette(root / f'labels/{i:05d}.png', columns(GTA5_IDS))
    return root


def make_synthia(root, number=4):
    for i in range(number):
        write_image(root / f'RGB/{i:07d}.png', i)
        write_wide(root / f'GT/LABELS/{i:07d}.png', columns(SYNTHIA_IDS))
        write_image(root / f'GT/COLOR/{i:07d}.png', i)
    return root


def make_cityscapes(root, labels=('train', 'val')):
    for split, cities in (('train', ('aachen', 'ulm')), ('val', ('lindau',))):
        for city in cities:
            for i in range(2):
                stem = f'{split}/{city}/{city}_{i:06d}_000019'
                write_image(root / f'leftImg8bit/{stem}_leftImg8bit.png', i)
                if split in labels:
                    file = root / f'gtFine/{stem}_gtFine'
                    write_grey(
                        file.with_name(f'{file.name}_labelIds.png'),
                        columns(CITYSCAPES_IDS),
                    )
                    write_image(file.with_name(f'{file.name}_color.png'), i)
    return root


def make_camvid(root):
    for split, number in (('train', 3), ('val', 2), ('test', 2)):
        for i in range(number):
            write_image(root / f'CamVid/{split}/0001TP_{i:06d}.png', i)
            write_grey(
                root / f'CamVid/{split}annot/0001TP_{i:06d}.png', columns(CAMVID_IDS)
            )
    return root


MAKE = dict(
    gta5=make_gta5, synthia=make_synthia, cityscapes=make_cityscapes, camvid=make_camvid
)
