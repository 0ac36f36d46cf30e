# CLAN: SYNTHIA to Cityscapes.
_base_ = '../_base_/methods/clan.py'
source, target = 'synthia', 'cityscapes'
adaptor = dict(objectives=dict(output=dict(scale=10.0)))  # lambda_local, Sect. 4.2
