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
