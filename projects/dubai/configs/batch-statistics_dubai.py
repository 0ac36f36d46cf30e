# Control: batch normalisation sees target images, there is no adversarial loss.
_base_ = './adaptsegnet-single_dubai.py'
model = dict(objectives=dict(output=dict(loss_weight=0.0)))
