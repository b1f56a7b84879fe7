"""What a browser calls itself, in words by which a person knows their own machine again. Nothing is decided by it."""

from __future__ import annotations

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("coc_coc_browser/", "Cốc Cốc"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
"""The first that fits: most browsers also name those that they descend from."""
_MACHINES = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
_MOST = 60


def device_of(agent: str) -> str:
    """A `User-Agent` in short; one of no browser as it is, cut off.

    >>> device_of("Mozilla/5.0 (Linux; Android 13; SM-A135F) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36")
    'Chrome · Android'
    >>> device_of("python-httpx/0.28.1")
    'python-httpx/0.28.1'
    """
    browser = next((name for mark, name in _BROWSERS if mark in agent), None)
    machine = next((name for mark, name in _MACHINES if mark in agent), None)
    if not agent.startswith("Mozilla/") or browser is None or machine is None:
        return agent[:_MOST]
    return f"{browser} · {machine}"
