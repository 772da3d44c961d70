"""What pages say about the browsers that people sign in with."""

import ipaddress
import re
from typing import Any

from django import template
from django.http import HttpRequest

register = template.Library()

# The order matters: Edge and Opera also name Chrome, Chrome also names Safari, Android also names Linux.
PROGRAMS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def browser(agent: str) -> str:
    """`Firefox on Linux`; the first word of what it calls itself where it is none that we know."""
    program = next((name for mark, name in PROGRAMS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    known = " on ".join(word for word in (program, system) if word)
    return known or re.split(r"[\s/]", agent, maxsplit=1)[0] or "unknown"


@register.simple_tag(takes_context=True)
def name_instead_of_number(context: dict[str, Any]) -> str:
    """Where this page is under a name, if it was asked for by an IP address of this machine; else empty."""
    request: HttpRequest = context["request"]
    host, _, port = request.get_host().partition(":")
    try:
        is_here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        return ""
    return f"{request.scheme}://localhost{':' if port else ''}{port}{request.path}" if is_here else ""
