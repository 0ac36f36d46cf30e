# CycleGAN (Zhu et al. 2017, Appendix 7.2). 8 bits become [-1, 1], what tanh gives.
data_preprocessor = dict(
    type='DomainDataPreprocessor', mean=[127.5] * 3, std=[127.5] * 3, size_divisor=4)
model = dict(
    type='CycleGAN',
    bands=3,
    # "9 residual blocks for 256 x 256 and higher-resolution training images"
    generator=dict(channels=64, num_residuals=9, activation='tanh'),
    discriminator=dict(type='PatchGANDiscriminator'),
    # lambda 10 (Sect. 4); the identity loss (Sect. 5.2) is half of that in their code.
    weights=dict(adversarial=1.0, cycle=10.0, identity=5.0),
    pool_size=50,  # Sect. 4
    data_preprocessor=data_preprocessor)
