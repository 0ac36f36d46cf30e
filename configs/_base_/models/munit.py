# MUNIT (Huang et al. 2018), as summer2winter_yosemite256_folder.yaml of the published
# code (NVlabs/MUNIT) sets it. 8 bits become [-1, 1], what tanh gives.
data_preprocessor = dict(
    type='DomainDataPreprocessor', mean=[127.5] * 3, std=[127.5] * 3, size_divisor=4)
model = dict(
    type='MUNIT',
    bands=3,
    # gen: dim, n_downsample, n_res
    generator=dict(channels=64, num_downsamples=2, num_residuals=4),
    # gen: style_dim, mlp_dim
    style=dict(code_size=8, hidden=256),
    # dis: dim, n_layer, num_scales
    discriminator=dict(
        type='MultiScaleDiscriminator', channels=64, num_layers=4, num_scales=3),
    weights=dict(
        adversarial=1,  # gan_w
        reconstruction=10,  # recon_x_w
        style=1,  # recon_s_w
        content=1,  # recon_c_w
        cycle=10,  # recon_x_cyc_w; 0 in edges2shoes_folder.yaml
        perceptual=0),  # vgg_w; 1 at 512 pixels, synthia2cityscape_folder.yaml
    data_preprocessor=data_preprocessor)
