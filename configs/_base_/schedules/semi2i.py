# The U-net of SemI2I, Sect. 3: 8,000 iterations of 32 patches, Adam at 1e-4.
_base_ = './semsim.py'
train_cfg = dict(max_iters=8000, val_interval=1000)
optim_wrapper = dict(optimizer=dict(_delete_=True, type='Adam', lr=1e-4))
