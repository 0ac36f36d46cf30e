"""A history of generated images, for the discriminator."""

import torch
from torch import Tensor, nn


class ImagePool(nn.Module):
    """The images that a discriminator learns from: half new, half older ones.

    Shrivastava et al. 2017 as CycleGAN uses it (Sect. 4): while the pool is not full,
    images are kept and handed back; then each is handed back as it is or, with
    probability 1/2, takes the place of a random kept one, which is handed back
    instead.

    The pool stands in the checkpoint. With several processes each has its own; only
    that of the first is saved.

    Args:
        size: Images to keep; 0 hands back every image as it is.
    """

    def __init__(self, size: int = 50) -> None:
        super().__init__()
        self.size = size
        # Of the images' shape once the first ones come, or a checkpoint is loaded.
        self.register_buffer('images', torch.zeros(0))
        self.register_buffer('valid', torch.zeros(0, dtype=torch.bool))
        self.register_buffer('count', torch.zeros((), dtype=torch.long))
        self._forget_mirror()

    def _forget_mirror(self) -> None:
        # What the buffers say, for the CPU, which need not wait for a GPU then.
        self._count: int | None = None
        self._all_valid: bool | None = None

    @torch.no_grad()
    def query(
        self, images: Tensor, valid: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Exchange generated images (N, C, H, W) and their masks of valid pixels.

        Returns:
            As many images, and their masks; None where all pixels are valid.

        Raises:
            ValueError: If the pool holds images of another size.
        """
        images = images.detach()
        if not self.size:
            return images, valid
        self._prepare(images, valid)
        masks = torch.ones_like(images[:, :1], dtype=torch.bool)
        masks = masks if valid is None else valid
        picked = [self._exchange(*pair) for pair in zip(images, masks, strict=True)]
        images, masks = (torch.stack(column) for column in zip(*picked, strict=True))
        return images, None if self._all_valid else masks

    def _prepare(self, images: Tensor, valid: Tensor | None) -> None:
        if not self.images.numel():
            shape = images.shape[1:]
            # Its own type, float32: in mixed precision images may come in half.
            self.images = self.images.new_zeros(self.size, *shape)
            self.valid = self.valid.new_ones(self.size, 1, *shape[1:])
        if self.images.shape[1:] != images.shape[1:]:
            held, given = (tuple(x.shape[1:]) for x in (self.images, images))
            raise ValueError(
                f'the image pool holds images of shape {held}, got {given}: crop all '
                'training images to one size'
            )
        if self._count is None:
            self._count = int(self.count)
            self._all_valid = bool(self.valid.all())
        self._all_valid &= valid is None

    def _exchange(self, image: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        if self._count < self.size:
            at = self._count
            self._count += 1
            self.count += 1
            self.images[at], self.valid[at] = image, mask
            return image, mask
        if torch.rand(()) <= 0.5:
            return image, mask
        at = int(torch.randint(self.size, ()))
        old = self.images[at].clone(), self.valid[at].clone()
        self.images[at], self.valid[at] = image, mask
        return old

    def _load_from_state_dict(
        self, state_dict: dict, prefix: str, *args: object
    ) -> None:
        for name in ('images', 'valid'):
            saved = state_dict.get(f'{prefix}{name}')
            if saved is not None:
                buffer = getattr(self, name)
                setattr(self, name, buffer.new_zeros(saved.shape))
        self._forget_mirror()
        super()._load_from_state_dict(state_dict, prefix, *args)
