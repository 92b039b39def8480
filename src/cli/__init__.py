"""The console command ``meterwire``."""

from .app import main

__all__ = ["main"]
