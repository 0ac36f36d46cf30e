"""What training makes of images, as papers and released code say."""

from pathlib import Path

import numpy as np
import pytest
from leaves import read
from mmcv.transforms import Compose

from mmuda.jobs.config import load_config


def noise(size):
    """An image of this height and width."""
    return np.random.default_rng(0).integers(256, size=(*size, 3), dtype=np.uint8)


def samples(cfg, domain, size, number=400):
    """What a config makes of one image of noise, and of its first band as labels."""
    pipeline = cfg.train_dataloader.dataset[domain].pipeline
    steps = Compose([s for s in pipeline if not s.type.startswith(('Load', 'Pack'))])
    np.random.seed(0)
    image = noise(size)
    for _ in range(number):
        results = dict(img=image, img_shape=size, seg_fields=[])
        if domain == 'source':
            results.update(gt_seg_map=image[..., 0], seg_fields=['gt_seg_map'])
        yield steps(results)


def rate(found, number=400):
    """Share of the samples, equal to the probabilities that it may well come from."""
    share = sum(found) / number
    return pytest.approx(share, abs=4 * (0.25 / number) ** 0.5)


# Width and height: 0.8, 1.1 and 1 times that of the data set. (The released code cuts
# fractions off, 819 x 409, where mmcv rounds.)
CLAN_SIZES = {
    ('gta5', 'source'): [(1024, 576), (1408, 792), (1280, 720)],
    ('synthia', 'source'): [(1024, 608), (1408, 836), (1280, 760)],
    ('gta5', 'target'): [(819, 410), (1126, 563), (1024, 512)],
}


@pytest.mark.parametrize(('pair', 'domain'), CLAN_SIZES)
def test_clan_scales_and_mirrors_both_domains(pair, domain):
    """gta5_dataset.py and the like: three tenths smaller, three tenths larger."""
    cfg = read(f'clan/clan_{pair}_cityscapes')
    found = list(samples(cfg, domain, (26, 48), 100))
    sizes = [result['img'].shape[1::-1] for result in found]
    for size, share in zip(CLAN_SIZES[pair, domain], (0.3, 0.3, 0.4), strict=True):
        assert share == rate([s == size for s in sizes], 100)
    assert rate([result['flip'] for result in found], 100) == 0.5
    if domain == 'source':
        for result in found:
            assert result['gt_seg_map'].shape == result['img'].shape[:2]


def test_clan_on_cities():
    """Patches are not resized before, and the test sees all images as they are."""
    cfg = read('clan/clan_hannover_vaihingen')
    sizes = {r['img'].shape[0] for r in samples(cfg, 'target', (224, 224), 30)}
    assert sizes == {179, 224, 246}
    for file in ('clan/clan_hannover_vaihingen', 'clan/clan_gta5_cityscapes'):
        steps = [s.type for s in read(file).test_dataloader.dataset.pipeline]
        assert not {'RandomChoice', 'RandomFlip'} & set(steps)


@pytest.mark.parametrize('method', ['maximum-squares', 'maximum-squares-iw'])
@pytest.mark.parametrize('domain', ['source', 'target'])
def test_maximum_squares_mirrors_and_blurs(method, domain):
    """cityscapes_Dataset.py: a half of the images each, of both domains."""
    cfg = read(f'maximum_squares/{method}_hannover_vaihingen')
    sharp = noise((12, 16))
    flips, blurs = [], []
    for result in samples(cfg, domain, (12, 16)):
        flips.append(result['flip'])
        image = result['img'][:, ::-1] if result['flip'] else result['img']
        assert image.shape == sharp.shape
        blurs.append(not np.array_equal(image, sharp))
    assert rate(flips) == 0.5
    # The narrowest change nothing in eight bits.
    assert sum(blurs) / len(blurs) == pytest.approx(0.42, abs=0.08)


@pytest.mark.parametrize('domain', ['source', 'target'])
def test_cyclegan_crops_enlarged_patches(domain):
    """load_size 286, crop_size 256, no_flip off (options/base_options.py)."""
    cfg = read('cyclegan/cyclegan_hannover_vaihingen')
    steps = cfg.train_dataloader.dataset[domain].pipeline
    enlarged = Compose(steps[1:2])(dict(img=np.zeros((256, 256, 3), np.uint8)))
    assert enlarged['img'].shape == (286, 286, 3)
    results = list(samples(cfg, domain, (256, 256), 60))
    assert {result['img'].shape for result in results} == {(256, 256, 3)}
    assert rate([result['flip'] for result in results], 60) == 0.5
    corners = {tuple(result['img'][0, 0]) for result in results}
    assert len(corners) > 30  # places of the crop

    cfg = read('cyclegan/cyclegan-semsim_hannover_vaihingen')
    for result in samples(cfg, domain, (224, 224), 10):
        np.testing.assert_array_equal(result['img'], noise((224, 224)))


@pytest.mark.parametrize(
    ('pair', 'height', 'width'),
    [('gta5_cityscapes', 1052, 1914), ('synthia_cityscapes', 760, 1280)],
)
def test_cycada_on_fcn8s(pair, height, width):
    """Crops of 768 from images of height 1024; the source model of train_fcn.sh."""
    cfg = read(f'cycada/cycada_fcn8s_{pair}')
    domains = cfg.train_dataloader.dataset
    for pipeline, size in (
        (domains.source.pipeline, (height, width)),
        (domains.target.pipeline, (1024, 2048)),
    ):
        steps = [s for s in pipeline if s.type in ('Resize', 'RandomCrop')]
        results = dict(img=np.zeros((*size, 3), np.uint8), seg_fields=[])
        resized = Compose(steps[:1])(dict(results))['img'].shape
        assert resized[0] == 1024
        assert resized[1] == pytest.approx(size[1] * 1024 / size[0], abs=1)
        assert Compose(steps)(results)['img'].shape == (768, 768, 3)
    assert 'RandomCrop' not in [s.type for s in cfg.test_dataloader.dataset.pipeline]

    assert Path(cfg.source_model).stem == f'source-only_fcn8s_{pair}'
    cfg = load_config(cfg.source_model)
    assert cfg.optim_wrapper.optimizer == dict(
        type='SGD', lr=1e-3, momentum=0.99, weight_decay=5e-4
    )
    assert cfg.optim_wrapper.paramwise_cfg is None
    assert (cfg.train_cfg.max_iters, cfg.param_scheduler) == (100_000, [])
    assert cfg.train_dataloader.batch_size == 2
