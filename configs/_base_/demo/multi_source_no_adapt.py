# From scratch, 400 iterations of four images of each domain.
_base_ = './deeplabv2.py'
model = dict(
    decode_head=dict(_delete_=True, head=dict(in_channels=256)),
    auxiliary_head=dict(head=dict(in_channels=128)))
optim_wrapper = dict(
    _delete_=True, segmentor=dict(optimizer=dict(lr=1e-3)))
groups_per_batch = 4
