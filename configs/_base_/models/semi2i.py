# SemI2I (Tasar et al. 2020, Fig. 1). 8 bits become [-1, 1], what tanh gives.
data_preprocessor = dict(
    type='DomainDataPreprocessor', mean=[127.5] * 3, std=[127.5] * 3, size_divisor=4)
model = dict(
    type='SemI2I',
    bands=3,
    channels=32,  # nowhere given in the text; of the public re-implementation
    num_residuals=3,  # likewise
    discriminator=dict(type='PatchGANDiscriminator'),  # "as in CycleGAN" (Sect. 2)
    # lambda_1 to lambda_4 (Sect. 3)
    weights=dict(cross=10.0, self=10.0, gradient=10.0, adversarial=1.0),
    decay_rate=0.95,  # Alg. 1
    data_preprocessor=data_preprocessor)
