"""Cookies of ours in a Cookie header, read as RFC 6265 §4.2.1 writes it: between two `;` is one cookie.

Any host of the domain can set a cookie that browsers send to all of them, with any value; a reader that parts at
spaces too (as `http.cookies` does) takes what stands in such a value for a cookie of ours.
"""


def read_cookies(header: str, prefix: str) -> dict[str, str]:
    """Those whose names begin so; of a name given twice nothing is believed (RFC 6265 §5.4)."""
    found: dict[str, str] = {}
    doubled: set[str] = set()
    for pair in header.split(";"):
        name, separator, value = pair.strip(" \t").partition("=")
        if not separator or not name.startswith(prefix):
            continue
        if name in found:
            doubled.add(name)
        found[name] = value
    return {name: value for name, value in found.items() if name not in doubled}
