"""What the commands do: train, translate, predict, adapt, compare and the like."""
