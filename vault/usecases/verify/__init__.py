"""Anybody checks what is shown: a QR text, a picture, a PDF, a look-up code."""
