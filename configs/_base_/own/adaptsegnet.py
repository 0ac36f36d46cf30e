# AdaptSegNet at one level on one's own data: it aligns predictions and needs no tap.
_base_ = './source_only.py'
warm_start = True  # from the config's `source_model`
adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        output=dict(
            type='OutputAlignment',
            discriminator=dict(type='FullyConvolutionalDiscriminator'),
            loss_weight=0.001)),  # lambda_adv, Sect. 4.4
    phases=[
        dict(name='segmentor', updates=['segmentor']),
        dict(name='critic', updates=['objectives.output.discriminator']),
    ])
critic_optimizer = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4, betas=(0.9, 0.99)))
optim_wrapper = dict(
    _delete_=True, segmentor=_base_.segmentor_optimizer, critic=critic_optimizer)
from_scratch = dict(_delete_=True, segmentor=_base_.scratch)
train_dataloader = dict(sampler=dict(type='PairedSampler'))
demo = '../demo/own_adapted.py'
