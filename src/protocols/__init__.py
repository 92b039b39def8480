"""Sans-I/O codecs and session state machines, one folder or module per protocol."""

__all__: list[str] = []
