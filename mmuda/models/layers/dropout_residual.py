"""The residual block of LSD."""

from torch import Tensor, nn

from mmuda.models.layers.spatial_norm import InstanceNorm


class DropoutResidualBlock(nn.Module):
    """x + dropout(activation(norm(conv(x)))), 3x3, instance normalisation.

    Dropout takes the place of noise (Sankaranarayanan et al. 2018, Sect. 3.2).

    Args:
        channels: Of input and output.
        activation: After the normalisation.
        bias: Whether the convolution has one.
        dropout: Probability that a value is dropped; 0.5 in the released code.
    """

    def __init__(
        self, channels: int, activation: nn.Module, bias: bool, dropout: float
    ) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=bias),
            InstanceNorm(channels, keeps_moments=False),
            activation,
            nn.Dropout(dropout),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Transform features (N, C, h, w)."""
        return features + self.layers(features)
