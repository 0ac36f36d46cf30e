# With the image-wise weighting of classes, and self-produced guidance of a second
# classifier. Settings are those of the released commands.
_base_ = ['./maximum_squares.py', '../models/deeplabv2_second_classifier.py']
source_model = '../../maximum_squares/source-only_two-level_hannover_vaihingen.py'
model = dict(auxiliary_head=_base_.second_classifier)
adaptor = dict(
    objectives=dict(
        squares=dict(ratio=0.2, loss_weight=0.09),
        guidance=dict(
            type='SelfProducedGuidance',
            threshold=0.95,
            loss_weight=0.1 * 0.09)))  # lambda_seg lambda_target
demo = '../demo/maximum_squares_multi.py'
