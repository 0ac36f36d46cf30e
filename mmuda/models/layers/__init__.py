"""Layers that translators and discriminators share."""
