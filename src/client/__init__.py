"""Clients for asyncio: the ones that ask."""

__all__: list[str] = []
