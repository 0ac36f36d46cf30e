# DAFormer (Hoyer et al. 2022): DACS on a transformer, rare classes first, features kept
# where ImageNet has put them.
_base_ = [
    '../models/daformer.py', '../schedules/daformer.py', '../default_runtime.py'
]
source_model = '../../daformer/source-only_hannover_vaihingen.py'

adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        teacher=dict(
            type='MeanTeacher',
            ema_decay=0.999,  # alpha, Sect. 4.1
            threshold=0.968),  # tau
        mix=dict(type='ClassMix'),
        distance=dict(
            type='FeatureDistance',
            # The frozen encoder is what training begins with: ImageNet's weights.
            share=0.75,  # r
            loss_weight=0.005)),  # lambda_FD
    phases=[dict(name='segmentor', updates=['segmentor'])])
optim_wrapper = dict(segmentor=_base_.segmentor_optimizer)

train_dataloader = dict(
    sampler=dict(
        # T of Sect. 4.1. (The released code crops where the class is, too.)
        rare_classes=dict(temperature=0.01, min_pixels=3000)))
demo = '../demo/daformer.py'
