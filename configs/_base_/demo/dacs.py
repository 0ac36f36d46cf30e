_base_ = './adapted.py'
train_dataloader = dict(batch_size=16)
