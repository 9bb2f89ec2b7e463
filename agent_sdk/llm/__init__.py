"""Models: one port, several providers, no vendor's SDK.

A provider is two pure functions, request to HTTP call and bytes to pieces of the answer; `http_model` is the
one place that joins them to the network. Importing this package loads no HTTP client.
"""
