# MinEnt with the class-ratio prior of ADVENT (Sect. 3.3) on the last classifier; mu and
# the weight, that of the entropy loss, are ours.
_base_ = './minent.py'
adaptor = dict(
    objectives=dict(
        ratio=dict(
            type='ClassRatioPrior',
            tap='decode_head.conv_seg',
            relaxation=0.5,
            loss_weight=0.001)))
demo = '../demo/minent_ratio.py'
