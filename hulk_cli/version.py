"""The version of the distribution; nothing else says it."""

VERSION = "0.1.0"
