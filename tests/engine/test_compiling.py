"""What ``compile`` of a config does to a model."""

import copy

import pytest
import torch
from conftest import toy_adaptor
from mmseg.registry import MODELS
from toy_run import make_data, mmuda, write_config

from mmuda.engine.checkpoint import load_checked
from mmuda.engine.compiling import compile_backbone

EAGER = dict(backend='eager')  # traced, but not handed to a C++ compiler


def compiled(model):
    return {name for name, m in model.named_modules() if m._compiled_call_impl}


def test_what_holds_a_tap_stays_as_it_is():
    model = MODELS.build(toy_adaptor('backbone.decoder.0.conv_block'))
    compile_backbone(model, EAGER)
    assert compiled(model.segmentor) == {
        'backbone.encoder.0',
        'backbone.encoder.1',
        'backbone.decoder.0.conv_block.convs',
        'backbone.decoder.0.upsample',
    }
    assert not compiled(copy.deepcopy(model))  # such as the teacher of a student


def test_without_taps_all_of_it_is_compiled(segmentor_cfg):
    model = MODELS.build(segmentor_cfg)
    compile_backbone(model, EAGER)
    assert compiled(model) == {'backbone'}


def test_a_compiled_run_learns_the_same(tmp_path):
    config = write_config(tmp_path, data=str(make_data(tmp_path / 'data')))
    mmuda('train', config, '--work-dir', 'plain')
    option = "compile=dict(backend='eager')"
    mmuda('train', config, '--work-dir', 'compiled', '--cfg-options', option)
    plain, ours = (
        load_checked(f'{name}/iter_6.pth')['state_dict']
        for name in ('plain', 'compiled')
    )
    assert plain.keys() == ours.keys()
    for name, weight in plain.items():
        torch.testing.assert_close(ours[name], weight, rtol=1e-4, atol=1e-5)


def test_a_model_without_a_backbone_is_refused():
    with pytest.raises(ValueError, match='a Linear has no backbone'):
        compile_backbone(torch.nn.Linear(1, 1), EAGER)
