"""The console's files: where they are, whether they are those of the sources, and how they are built.

Only the standard library: `hatch_build.py` builds with it where nothing is installed yet, and a server that nobody
looks at loads next to nothing of it.
"""
