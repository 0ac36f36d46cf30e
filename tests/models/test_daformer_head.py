"""DAFormer's head: its published size, and its layers by hand."""

import torch
import torch.nn.functional as F  # noqa: N812

from mmuda.models.heads import DAFormerHead

WIDTHS = [64, 128, 320, 512]


def build(widths, channels, **settings):
    return DAFormerHead(
        in_channels=widths,
        in_index=list(range(len(widths))),
        channels=channels,
        num_classes=19,
        norm_cfg=dict(type='BN'),
        align_corners=False,
        **settings,
    )


def test_parameters():
    """3.7 million on MiT-B5 (Hoyer et al. 2022)."""
    found = sum(p.numel() for p in build(WIDTHS, 256).parameters())
    assert round(found / 1e6, 1) == 3.7


def test_forward_by_hand():
    torch.manual_seed(0)
    head = build([3, 5], 4, embed_dims=6, dilations=(1, 2)).eval()
    levels = [torch.rand(2, 3, 8, 8), torch.rand(2, 5, 4, 4)]
    maps = []
    for level, embed in zip(levels, head.embeddings, strict=True):
        weight = embed.weight[:, :, 0, 0]
        mapped = torch.einsum('oc,nchw->nohw', weight, level)
        mapped = mapped + embed.bias.view(1, -1, 1, 1)
        maps.append(F.interpolate(mapped, 8, mode='bilinear'))
    stack = torch.cat(maps, 1)
    scale = (1 + 1e-5) ** -0.5  # batch normalisation that has seen nothing

    plain, separable = head.branches
    first = (F.conv2d(stack, plain.conv.weight) * scale).relu()
    deep = separable.depthwise_conv.conv.weight
    second = F.conv2d(stack, deep, padding=2, dilation=2, groups=12)
    second = (second * scale).relu()
    second = F.conv2d(second, separable.pointwise_conv.conv.weight)
    second = (second * scale).relu()
    both = torch.cat([first, second], 1)
    both = (F.conv2d(both, head.bottleneck.conv.weight, padding=1) * scale).relu()
    expected = F.conv2d(both, head.conv_seg.weight, head.conv_seg.bias)
    found = head(levels)
    assert found.shape == (2, 19, 8, 8)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)
