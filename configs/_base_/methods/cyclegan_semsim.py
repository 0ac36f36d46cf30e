# The Cycle-GAN of the SemSim paper (Gritzner and Ostermann 2020, Sect. 5.3).
_base_ = [
    '../models/cyclegan.py', '../schedules/translation.py',
    '../schedules/linear_decay.py'
]

# "As a final activation for the generators, we used ReLU instead of tanh": 8 bits
# become [0, 1].
preprocessor = dict(mean=[0.0] * 3, std=[255.0] * 3)
model = dict(
    data_preprocessor=preprocessor,
    generator=dict(activation='relu'),
    # "lambda = 10 for the reconstruction/cycle-consistency loss weight and lambda = 1
    # for all other loss weights"
    weights=dict(adversarial=1.0, cycle=10.0, identity=1.0),
    identity_interval=10)  # "identity loss training every ten mini-batches"
# Its patches are made once, by "random translations, rotations and shearing" (Sect.
# 5.2): no word of enlarging or mirroring.
train_pipeline = [
    dict(type='LoadRaster'),
    dict(type='RandomCrop', crop_size=(256, 256)),
    dict(type='PackRaster'),
]
# "The mini-batch size was set to just 10", pairs, "a fixed subset of our datasets": 250
# mini-batches an epoch. Partners are random; with `pairing` they are SemSim's.
train_dataloader = dict(batch_size=20, sampler=dict(subset=2500))

# "200 epochs with 250 mini-batches each". "Adam": rate and schedule are CycleGAN's.
iters_per_epoch, num_epochs = 250, 200
train_cfg = dict(max_iters=num_epochs * iters_per_epoch)
param_scheduler = [
    dict(
        _base_.decay,
        iters_per_epoch=iters_per_epoch,
        num_epochs=num_epochs,
        decay_epoch=100)
]

demo = '../demo/cyclegan_semsim.py'
