"""Suites that every adapter of a port passes: import one into a test module that has the fixtures it asks for."""
