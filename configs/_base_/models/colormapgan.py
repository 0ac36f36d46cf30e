# ColorMapGAN (Tasar et al. 2019): three bands of 8 bits, no others.
data_preprocessor = dict(
    type='DomainDataPreprocessor', mean=[127.5] * 3, std=[127.5] * 3, size_divisor=1)
model = dict(
    type='ColorMapGAN',
    bands=3,
    levels=256,
    discriminator=dict(type='PatchGANDiscriminator'),
    data_preprocessor=data_preprocessor)
