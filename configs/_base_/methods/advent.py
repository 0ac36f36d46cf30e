# ADVENT, adversarial (Sect. 3.2): AdaptSegNet on maps of weighted self-information.
_base_ = './adaptsegnet_multi.py'
adaptor = dict(
    objectives=dict(
        output=dict(representation='entropy', loss_weight=0.001),  # Sect. 4.2
        feature=dict(representation='entropy', loss_weight=0.0002)))
train_cfg = dict(max_iters=120000)  # the released configuration: EARLY_STOP
