# DRIT (Lee et al. 2018), as the published code (HsinYingLee/DRIT, options.py, model.py,
# networks.py) sets it. 8 bits become [-1, 1], what tanh gives.
data_preprocessor = dict(
    type='DomainDataPreprocessor', mean=[127.5] * 3, std=[127.5] * 3, size_divisor=4)
model = dict(
    type='DRIT',
    bands=3,
    # E_content: tch, 3 residual blocks of each domain and a shared one; nz
    generator=dict(channels=64, num_residuals=3, code_size=8),
    # MultiScaleDis: ch, n_layer, dis_scale; PyTorch's default slope
    discriminator=dict(
        type='MultiScaleDiscriminator',
        channels=64,
        num_layers=4,
        num_scales=3,
        negative_slope=0.01),
    # Dis_content
    content_discriminator=dict(
        type='ContentDiscriminator', num_layers=3, kernel_size=7, last_kernel_size=4),
    d_iter=3,
    # backward_EG, backward_G_alone
    weights=dict(
        adversarial=1,
        content_adversarial=1,
        cycle=10,
        reconstruction=10,
        latent=10,
        kl=0.01,
        content_norm=0.01),
    data_preprocessor=data_preprocessor)
