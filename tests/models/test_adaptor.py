"""The adaptor as a model that MMSeg's tools take for one of theirs."""

import pytest
import torch
from conftest import toy_adaptor, toy_batch, toy_segmentor
from mmengine.config import Config
from mmengine.runner import load_checkpoint
from mmseg.apis import inference_model, init_model
from mmseg.registry import MODELS


def test_predicts_as_its_segmentor():
    torch.manual_seed(0)
    adaptor = MODELS.build(toy_adaptor()).eval()
    batch = adaptor.data_preprocessor(toy_batch(), False)
    ours = adaptor(**batch, mode='predict')
    plain = adaptor.segmentor(**batch, mode='predict')
    for one, other in zip(ours, plain, strict=True):
        assert torch.equal(one.seg_logits.data, other.seg_logits.data)


def test_loads_a_plain_segmentor_and_its_own_checkpoint(tmp_path):
    plain = MODELS.build(toy_segmentor())
    torch.save(dict(state_dict=plain.state_dict()), tmp_path / 'plain.pth')
    adaptor = MODELS.build(toy_adaptor())
    load_checkpoint(adaptor, str(tmp_path / 'plain.pth'))
    for name, value in plain.state_dict().items():
        assert torch.equal(adaptor.segmentor.state_dict()[name], value)

    torch.save(dict(state_dict=adaptor.state_dict()), tmp_path / 'own.pth')
    again = MODELS.build(toy_adaptor())
    load_checkpoint(again, str(tmp_path / 'own.pth'), strict=True)
    for name, value in adaptor.state_dict().items():
        assert torch.equal(again.state_dict()[name], value)


def test_serves_mmseg_inference(tmp_path):
    """``init_model`` sets pretrained and train_cfg, and asks for the head."""
    cfg = Config(
        dict(
            default_scope='mmseg',
            model=toy_adaptor(),
            test_pipeline=[
                dict(type='LoadImageFromNDArray'),
                dict(type='PackSegInputs'),
            ],
        )
    )
    adaptor = MODELS.build(cfg.model)
    meta = dict(classes=('a', 'b', 'c'), palette=[[0] * 3] * 3)
    file = str(tmp_path / 'model.pth')
    torch.save(
        dict(state_dict=adaptor.state_dict(), meta=dict(dataset_meta=meta)), file
    )
    model = init_model(cfg, file, device='cpu')
    image = torch.randint(256, (16, 16, 3)).byte().numpy()
    result = inference_model(model, image)
    assert result.pred_sem_seg.data.shape == (1, 16, 16)
    assert model.out_channels == 3
    assert model.decode_head is model.segmentor.decode_head
    assert model.align_corners is False


def test_rejects_a_tap_that_the_segmentor_lacks():
    with pytest.raises(ValueError, match=r"tap 'neck' must be 'logits' or a submodule"):
        MODELS.build(toy_adaptor(tap='neck'))
