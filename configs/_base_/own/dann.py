# DANN on one's own data: features of one layer, the config's `feature_tap`, aligned.
_base_ = './source_only.py'
warm_start = True  # from the config's `source_model`
adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='supervise'),
        alignment=dict(
            type='FeatureAlignment',
            tap=None,
            discriminator=dict(type='InvertedBottleneckDiscriminator'))),
    phases=[
        dict(name='supervise', updates=['segmentor']),
        dict(name='critic', updates=['objectives.alignment.discriminator']),
        # No gradient comes past the tap.
        dict(name='align', updates=['segmentor']),
    ])
critic_optimizer = dict(type='OptimWrapper', optimizer=dict(type='AdamW', lr=1e-4))
optim_wrapper = dict(
    _delete_=True,
    supervise=_base_.segmentor_optimizer,
    critic=critic_optimizer,
    align=_base_.segmentor_optimizer)
from_scratch = dict(
    _delete_=True, supervise=_base_.scratch, align=_base_.scratch)
train_dataloader = dict(sampler=dict(type='PairedSampler'))
demo = '../demo/own_adapted.py'
