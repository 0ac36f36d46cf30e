import cv2
import numpy as np
import pytest
from mmengine.registry import init_default_scope

from mmuda.datasets.checks import check_labels
from mmuda.datasets.folder import FolderDataset

init_default_scope('mmseg')

METAINFO = {'classes': ('field', 'road'), 'palette': [[0, 255, 0], [255, 0, 0]]}


@pytest.fixture
def root(tmp_path):
    for folder in ('images', 'masks'):
        (tmp_path / folder).mkdir()
    for number in range(20):
        write_mask(tmp_path, number, np.full((4, 6), number % 2, np.uint8))
        image = np.zeros((4, 6, 3), np.uint8)
        cv2.imwrite(str(tmp_path / f'images/{number:02d}.png'), image)
    return tmp_path


def write_mask(root, number, ids):
    cv2.imwrite(str(root / f'masks/{number:02d}.png'), ids)


def dataset(root, labelled=True, **options):
    prefix = {'img_path': 'images', 'seg_map_path': 'masks'}
    if not labelled:
        del prefix['seg_map_path']
    options = {'metainfo': METAINFO, 'img_suffix': '.png', **options}
    return FolderDataset(data_root=str(root), data_prefix=prefix, **options)


def refusal(*args, **options):
    """What labels are refused with; None if they pass."""
    try:
        check_labels(*args, **options)
    except ValueError as error:
        return str(error)


def test_good_labels_pass(root):
    """Ids of the classes and 255; one class fewer, and the same labels are bad."""
    write_mask(root, 3, np.array([[0, 1, 255] * 2] * 4, np.uint8))
    assert refusal(dataset(root), 2) is None
    assert '01.png: class ids 1 (100 %), expected 0 to 0' in refusal(dataset(root), 1)


def test_rejects_an_id_that_is_no_class(root):
    write_mask(root, 12, np.full((4, 6), 7, np.uint8))
    write_mask(root, 15, np.full((4, 6), 9, np.uint8))
    expected = r'masks/12\.png: class ids 7 \(100 %\), expected 0 to 1 or 255'
    with pytest.raises(ValueError, match=expected):
        check_labels(dataset(root), 2)


def test_rejects_another_size(root):
    write_mask(root, 19, np.zeros((6, 4), np.uint8))
    expected = r'19\.png: labels of 6 x 4 pixels, expected 4 x 6 as in .*images/19\.png'
    with pytest.raises(ValueError, match=expected):
        check_labels(dataset(root), 2)


def test_rejects_a_missing_file(root):
    checked = dataset(root)
    (root / 'masks' / '07.png').unlink()
    with pytest.raises(FileNotFoundError, match=r'masks/07\.png: no such file'):
        check_labels(checked, 2)


def test_rejects_a_dataset_without_labels(root):
    with pytest.raises(
        ValueError, match=r'00\.png: no labels, expected a seg_map_path'
    ):
        check_labels(dataset(root, labelled=False), 2)


def test_other_ignore_index(root):
    write_mask(root, 2, np.full((4, 6), 9, np.uint8))
    assert refusal(dataset(root), 2, ignore_index=9) is None
    assert '02.png: class ids 9 (100 %)' in refusal(dataset(root), 2)


def test_looks_at_evenly_spaced_files(root):
    """First, middle and last are among the looked at; what lies between is not."""
    write_mask(root, 5, np.full((4, 6), 7, np.uint8))
    assert refusal(dataset(root), 2, max_files=3) is None
    assert '05.png: class ids 7' in refusal(dataset(root), 2)
    for number in (0, 9, 19):
        write_mask(root, number, np.full((4, 6), 7, np.uint8))
        line = refusal(dataset(root), 2, max_files=3)
        assert f'{number:02d}.png: class ids 7' in line
        write_mask(root, number, np.zeros((4, 6), np.uint8))
