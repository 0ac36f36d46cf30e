_base_ = './adapted.py'
model = dict(decode_head=dict(_delete_=True, head=dict(in_channels=256)))
adaptor = dict(
    objectives=dict(
        output=dict(
            loss_weight=0.06,
            discrepancy_weight=1.2,
            discriminator=dict(channels=16),
            warm_up=10,
            duration=200)))
# Mini-batches of several images of a domain: scaled by different factors they would
# have to be padded.
train_pipeline = [
    dict(type='LoadRaster'),
    dict(type='LoadLabels'),
    dict(type='Resize'),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackRaster'),
]
