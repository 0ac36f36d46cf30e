# S-All by itself: "keeping only S-All we fall back to the single source original
# method" (Sect. 3), AdaptSegNet at two levels on all sources together.
_base_ = './multi_source.py'
model = dict(
    segmentor=dict(
        decode_head=dict(branches=dict(_delete_=True, all=dict())),
        auxiliary_head=dict(branches=dict(_delete_=True, all=dict()))),
    objectives=dict(
        _delete_=True,
        supervision=dict(type='Supervision', phase='segmentor'),
        output_all=_base_.model.objectives.output_all,
        feature_all=_base_.model.objectives.feature_all),
    phases=[
        dict(name='segmentor', updates=['segmentor']),
        dict(
            name='critic',
            updates=[
                'objectives.output_all.discriminator',
                'objectives.feature_all.discriminator'
            ]),
    ])
demo = dict(
    model=dict(
        objectives=dict(
            _delete_=True,
            output_all=dict(loss_weight=0.02, discriminator=dict(channels=16)),
            feature_all=dict(loss_weight=0.004, discriminator=dict(channels=16)))))
