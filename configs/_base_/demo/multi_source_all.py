# Weight times sum of learning rates: as in the published schedule.
_base_ = './multi_source_no_adapt.py'
output = dict(loss_weight=0.02, discriminator=dict(channels=16))
feature = dict(loss_weight=0.004, discriminator=dict(channels=16))
for_all_sources = dict(
    adaptor=dict(objectives=dict(output_all=output, feature_all=feature)))
del output, feature
