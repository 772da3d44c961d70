"""What PERFORMANCE promises, measured: `make bench` runs every script here and prints their tables."""
