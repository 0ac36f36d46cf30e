"""Training on translated source images, from the first command to the weights."""

import json
import os
import shutil
from pathlib import Path

import pytest
import torch
from conftest import toy_batch
from toy_needs import NO_TARGET, write_source_model, write_translator
from toy_run import make_data, mmuda, write_config

from mmuda.datasets.transforms import TranslatedImage
from mmuda.engine.checkpoint import load_checked
from mmuda.jobs.translation.hook import TranslationHook
from mmuda.models.translators.classical import GrayWorld

NAMED = """
translator = dict(config='colours.py', **{settings!r})
"""
BY_HAND = """
custom_hooks = [
    dict(type='TranslationHook', translator=dict(config='colours.py'), **{settings!r})]
"""


@pytest.fixture
def folder(tmp_path):
    """Configs and data below the working folder, which commands name relative to it."""
    folder = tmp_path / 'task'
    make_data(folder / 'data')
    write_translator(folder, batch_size=4)
    return folder


def translated_config(folder, name, **settings):
    config = write_config(folder, name, max_iters=8)
    with open(config, 'a') as text:
        text.write(NAMED.format(settings=settings))
    return os.path.relpath(config)


def weights(work_dir, iteration=8):
    return load_checked(f'{work_dir}/iter_{iteration}.pth')['state_dict']


def equal(ours, theirs):
    return all(torch.equal(value, theirs[name]) for name, value in ours.items())


def test_offline_and_online_and_resume(folder):
    """One command fits the translator and translates; both modes see the same."""
    offline = translated_config(folder, 'offline', mode='offline')
    done = mmuda('train', offline, '--work-dir', 'offline')
    assert 'the translator is not there yet: mmuda train' in done.stdout
    work_dir = Path('work_dirs', folder.name, 'colours')
    manifest = json.loads((work_dir / 'translated/source/manifest.json').read_text())
    assert manifest['route']['source'] == 'source'
    assert len(list((work_dir / 'translated/source').glob('*.tif'))) == 6
    assert (work_dir / 'translations' / 'iter_1.png').is_file()

    # What is tested needs no translator.
    mmuda('test', offline, 'offline/iter_8.pth', '--work-dir', 'offline')
    assert Path('offline/test.json').is_file()

    online = translated_config(folder, 'online', mode='online')
    done = mmuda('train', online, '--work-dir', 'online')
    assert 'not there yet' not in done.stdout
    assert equal(weights('offline'), weights('online'))

    # A run that was stopped goes on as if it had not been, with half the images.
    half = translated_config(folder, 'half', mode='online', share=0.5)
    mmuda('train', half, '--work-dir', 'whole')
    Path('stopped').mkdir()
    shutil.copy('whole/iter_4.pth', 'stopped/iter_4.pth')
    mmuda('train', half, '--work-dir', 'stopped', '--resume')
    assert equal(weights('whole'), weights('stopped'))
    assert not equal(weights('whole'), weights('offline'))

    # Other images than before are refused, in one line.
    other = translated_config(folder, 'other', mode='online', share=0.25)
    done = mmuda('train', other, '--work-dir', 'whole', '--resume', check=False)
    assert done.returncode == 2
    assert 'error: the checkpoint was trained on images translated by' in done.stderr
    checkpoint = load_checked(work_dir / 'iter_1.pth')
    checkpoint['state_dict']['target_mean'] += 1
    torch.save(checkpoint, work_dir / 'iter_1.pth')
    done = mmuda('train', offline, '--work-dir', 'again', check=False)
    assert 'manifest.json was made with checkpoint_sha256' in done.stderr


def test_online_trains_a_plain_segmentor(folder):
    """No adaptor: the batch is one of MMSeg's own preprocessor."""
    by_hand = BY_HAND.format(settings=dict(mode='online'))
    config = write_source_model(folder, by_hand, NO_TARGET)
    mmuda('train', config, '--work-dir', 'run')
    assert Path('run/iter_2.pth').is_file()


def test_refuses_a_checkpoint_that_is_not_there(folder):
    config = translated_config(folder, 'toy')
    text = (
        Path(config)
        .read_text()
        .replace("config='colours.py'", "config='colours.py', checkpoint='no.pth'")
    )
    Path(config).write_text(text)
    done = mmuda('train', config, check=False)
    assert 'error: translator no.pth does not exist' in done.stderr


def gray():
    model = GrayWorld()
    model.observe(
        torch.rand(1, 3, 8, 8) * torch.tensor([1.0, 2, 3]).view(3, 1, 1), 'source'
    )
    model.observe(torch.rand(1, 3, 8, 8), 'target')
    return model


def test_replaces_source_images_alone():
    hook = TranslationHook(dict(config='x'), mode='online')
    hook.use(gray())
    batch = toy_batch(('source', 'target', 'source_1', 'target'))
    before = [image.clone() for image in batch['inputs']]
    labels = [s.get('gt_sem_seg') for s in batch['data_samples']]
    hook.replace(batch)
    changed = [
        not torch.equal(a, b) for a, b in zip(before, batch['inputs'], strict=True)
    ]
    assert changed == [True, False, True, False]
    assert [s.get('gt_sem_seg') for s in batch['data_samples']] == labels
    expected = hook.translator.translate(before[0][None])[0]
    torch.testing.assert_close(batch['inputs'][0], expected)


def test_eight_bits_stay_eight_bits_and_invalid_pixels_stay():
    from mmengine.structures import PixelData

    hook = TranslationHook(dict(config='x'), mode='online')
    hook.use(gray())
    batch = toy_batch(('source', 'source'), size=8)
    batch['inputs'] = [(250 * image).byte() for image in batch['inputs']]
    before = batch['inputs'][0].clone()
    invalid = torch.zeros((1, 8, 8), dtype=torch.bool)
    invalid[:, :3] = True
    batch['data_samples'][0].set_data(dict(invalid=PixelData(data=invalid)))
    hook.replace(batch)
    assert batch['inputs'][0].dtype == torch.uint8
    assert torch.equal(batch['inputs'][0][:, :3], before[:, :3])
    assert not torch.equal(batch['inputs'][0][:, 3:], before[:, 3:])


@pytest.mark.parametrize('share', [0.0, 0.3, 1.0])
def test_share_is_exact_in_expectation_and_drawn_by_the_seed(share, tmp_path):
    """4000 draws: within four standard deviations; the same seed, the same images."""

    def draw_online(seed):
        torch.manual_seed(seed)
        hook = TranslationHook(dict(config='x'), mode='online', share=share)
        hook.use(gray())
        batch = toy_batch(('source',) * 4000, size=2)
        before = torch.stack(batch['inputs'])
        hook.replace(batch)
        return (torch.stack(batch['inputs']) != before).flatten(1).any(1)

    def draw_offline(seed):
        from mmuda.datasets.domain import seeded

        (tmp_path / 'a.tif').touch()
        transform = TranslatedImage(str(tmp_path), 'data', share)
        with seeded(seed):
            paths = [transform(dict(img_path='data/a.tif')) for _ in range(4000)]
        return torch.tensor([p['img_path'] != 'data/a.tif' for p in paths])

    for draw in (draw_online, draw_offline):
        drawn = draw(0)
        deviation = (share * (1 - share) / 4000) ** 0.5
        assert abs(drawn.float().mean().item() - share) <= 4 * deviation
        assert torch.equal(drawn, draw(0))
        assert share in (0, 1) or not torch.equal(drawn, draw(1))


def test_rejects_bad_settings(tmp_path):
    with pytest.raises(ValueError, match="'offline' or 'online', got 'never'"):
        TranslationHook(dict(config='x'), mode='never')
    with pytest.raises(ValueError, match=r'in \[0, 1\], got 2'):
        TranslationHook(dict(config='x'), share=2)
    with pytest.raises(ValueError, match=r'start the run with tools/train\.py'):
        TranslationHook(dict(config='x')).before_train(None)
    with pytest.raises(FileNotFoundError, match=r'a\.tif has no translation'):
        TranslatedImage(str(tmp_path), 'data')(dict(img_path='data/a.tif'))
