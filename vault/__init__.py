"""Kho số: the program that makes `ocr`, `signing` and `qr` serve one promise.

A citizen never hands in a paper that the state already holds, and anybody can check that what is shown is genuine.
"""

__version__ = "0.1.0"
