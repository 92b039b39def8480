"""Terminals: whole IEDs, ready to be served."""

from .residential import MeterConfig, residential_terminal

__all__ = ["MeterConfig", "residential_terminal"]
