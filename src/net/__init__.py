"""asyncio skins over the sans-I/O cores; the only sockets in the house."""

__all__: list[str] = []
