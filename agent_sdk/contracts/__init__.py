"""The nouns: frozen data that every ring may speak of. Standard library only, no I/O.

The codec (`agent_sdk.contracts.codec`) is the one module here that needs a third-party package (msgspec);
nothing in this package imports it.
"""
