"""Retrieval by the features of a model, as a tool and number for number."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import toy_segmentor
from mmseg.registry import MODELS
from toy_run import make_data, mmuda, write_config

from mmuda.evaluation import cross_domain_retrieval
from mmuda.jobs.config import load_config
from mmuda.jobs.retrieval import measure_retrieval, read_retrieval

TAP = 'backbone.decoder.0'


def prepare(folder, **settings):
    """A config, its untrained checkpoint and model."""
    make_data(folder / 'data')
    config = write_config(folder, **settings)
    torch.manual_seed(0)
    model = MODELS.build(load_config(config).model)
    torch.save(dict(state_dict=model.state_dict()), folder / 'iter_6.pth')
    return config, str(folder / 'iter_6.pth'), model.eval()


def images_of(folder, domain):
    import rasterio

    files = sorted((folder / 'data' / domain / 'images').glob('*.tif'))
    return [rasterio.open(f).read().astype(np.float32) for f in files]


def test_features_are_means_of_the_layer(tmp_path):
    """Disjoint halves of the training images, by the order that the seed draws."""
    config, checkpoint, model = prepare(tmp_path)
    found = measure_retrieval(load_config(config), checkpoint, batch_size=2)
    assert (found['tap'], found['images']) == (TAP, dict(source=3, target=3))
    rng, sets = np.random.default_rng(0), {}
    for domain in ('source', 'target'):
        images = torch.from_numpy(np.stack(images_of(tmp_path, domain)))
        vectors = model.segmentor.extract_feat(images)[1].mean((2, 3)).detach().numpy()
        sets[domain] = vectors[rng.permutation(6)]
    expected = cross_domain_retrieval(
        sets['source'][3:], sets['target'][3:], sets['source'][:3], sets['target'][:3]
    )
    for domain, retrieval in expected.items():
        np.testing.assert_allclose(found[domain]['found'], retrieval.found)
        assert found[domain]['mAP'] == 100 * retrieval.mean_average_precision


def test_tool(tmp_path):
    """A plain segmentor as well, beside another in one plot."""
    config, checkpoint, _ = prepare(tmp_path)
    mmuda('retrieval', config, checkpoint, '--name', 'adapted', '--out', 'adapted')
    figures = json.loads(Path('adapted/retrieval.json').read_text())
    assert len(figures['source']['found']) == 6
    assert figures['target']['found'][-1] == 3
    assert 0 <= figures['source']['mAP'] <= 100

    plain = toy_segmentor()
    plain.data_preprocessor = dict(type='RasterDataPreprocessor', size_divisor=1)
    sgd = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.01))
    settings = dict(model=plain.to_dict(), optimizers=sgd)
    other = write_config(tmp_path, 'plain', **settings)
    weights = torch.load(checkpoint)['state_dict']
    prefix = 'segmentor.'
    own = {k[len(prefix) :]: v for k, v in weights.items() if k.startswith(prefix)}
    torch.save(dict(state_dict=own), 'plain.pth')
    words = ('retrieval', other, 'plain.pth', '--out', 'plain')
    beside = ('--tap', TAP, '--beside', 'adapted/retrieval.json')
    mmuda(*words, *beside)
    again = json.loads(Path('plain/retrieval.json').read_text())
    assert (again['source'], again['target']) == (figures['source'], figures['target'])
    assert Path('plain/retrieval.png').stat().st_size > 5000


def test_refuses_in_one_line(tmp_path):
    config, checkpoint, _ = prepare(tmp_path)
    cfg = load_config(config)
    with pytest.raises(ValueError, match=r"tap 'neck' must be 'logits' or a submodule"):
        measure_retrieval(cfg, checkpoint, tap='neck')
    with pytest.raises(ValueError, match=r"layer 'backbone' gives \w+, expected feat"):
        measure_retrieval(cfg, checkpoint, tap='backbone')
    cfg.model.objectives.pop('alignment')
    cfg.model.phases = cfg.model.phases[:1]
    with pytest.raises(ValueError, match=r'no objective .* name one by --tap'):
        measure_retrieval(cfg, checkpoint)
    with pytest.raises(FileNotFoundError, match=r'none.json does not exist'):
        read_retrieval('none.json')
    Path('other.json').write_text('[1]')
    with pytest.raises(ValueError, match=r'other.json is no retrieval.json'):
        read_retrieval('other.json')
