"""The verbs: what the inner rings ask of the outer ones, as Protocols. Standard library only, no I/O."""
