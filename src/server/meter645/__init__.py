"""Simulated DL/T 645 meters, 2007 and 1997: registers that move, on a TCP port or a pseudo terminal, with faults on demand.

Example::

    meter = SimulatedMeter(address="003411001043", seed=7)
    async with serve_meter(meter, speed=60) as server:          # one simulated minute per second
        async with await MeterMaster.open(server.url) as master: ...
"""

from .lines import MAX_CONNECTIONS, MeterServer, serve_meter, serve_meter_pty
from .load import LOAD_STEP, MAX_LOAD, MIN_LOAD, PULSE
from .meter import SimulatedMeter, SimulatedSession, meter_clock

__all__ = [
    "LOAD_STEP",
    "MAX_CONNECTIONS",
    "MAX_LOAD",
    "MIN_LOAD",
    "PULSE",
    "MeterServer",
    "SimulatedMeter",
    "SimulatedSession",
    "meter_clock",
    "serve_meter",
    "serve_meter_pty",
]
