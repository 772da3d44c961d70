"""The rules of HULK as a library: plain Python and numpy, no Django, no network, no clock."""
