"""The version this client introduces itself with."""

__version__ = "0.1.0"
