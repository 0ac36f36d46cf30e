# UNIT (Liu et al. 2017), as unit_gta2city_folder.yaml of the published code
# (mingyuliutw/UNIT) sets it. 8 bits become [-1, 1], what tanh gives.
data_preprocessor = dict(
    type='DomainDataPreprocessor', mean=[127.5] * 3, std=[127.5] * 3, size_divisor=4)
model = dict(
    type='UNIT',
    bands=3,
    # gen: dim, n_downsample, n_res
    generator=dict(channels=64, num_downsamples=2, num_residuals=4),
    # dis: dim, n_layer, num_scales
    discriminator=dict(
        type='MultiScaleDiscriminator', channels=64, num_layers=4, num_scales=3),
    weights=dict(
        adversarial=1,  # gan_w
        reconstruction=10,  # recon_x_w
        kl=0.01,  # recon_kl_w
        cycle=10,  # recon_x_cyc_w
        cycle_kl=0.01,  # recon_kl_cyc_w
        perceptual=1),  # vgg_w; 0 in unit_summer2winter_yosemite256_folder.yaml
    perceptual=dict(
        type='PerceptualLoss',
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.pytorch.org/models/vgg16-397923af.pth')),
    data_preprocessor=data_preprocessor)
