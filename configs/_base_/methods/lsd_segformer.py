# LSD on SegFormer, split before its classifier: F ends with what it fuses its four
# levels to, 256 channels of stride 4.
_base_ = ['./lsd.py', '../models/segformer_mit-b0.py', '../default_runtime.py']
adaptor = dict(
    objectives=dict(
        alignment=dict(
            taps=['decode_head.fusion_conv'],
            generator=dict(type='PyramidGenerator', strides=[4]))))
demo = '../demo/lsd_segformer.py'
