"""The rules of `offline:demo`: a first look, tests and demonstrations without a key or a network.

It is no language model. `needs` reads what a prompt asks for, `plan` turns that into tool calls, `compose` turns
their results into an answer, and `talk` covers the little conversation there is without tools.
"""
