# LSD on DeepLabv3+, split before the decoder: F ends with the 256 channels of stride 8
# that combine the branches.
_base_ = [
    './lsd.py', '../models/deeplabv3plus_mobilenetv2.py', '../default_runtime.py'
]
source_model = '../../semsim/source-only_hannover_vaihingen.py'
adaptor = dict(
    objectives=dict(
        alignment=dict(
            taps=['decode_head.bottleneck'],
            generator=dict(type='PyramidGenerator', strides=[8]))))
demo = '../demo/lsd_deeplabv3plus.py'
