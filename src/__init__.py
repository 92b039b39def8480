"""From a meter's bytes on the wire to an IEC 61850 client, and back.

Import what you need from its own floor: ``meterwire.client``, ``meterwire.protocols.dlt645``, ``meterwire.models``.
This door stays small on purpose; docs/architecture.md shows the house.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
