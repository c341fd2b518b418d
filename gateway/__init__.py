"""Brána: what faces traffic, and what composes the product."""

__version__ = "0.1.0"
