"""The agent's version: the product's."""

VERSION = "0.1.0"
