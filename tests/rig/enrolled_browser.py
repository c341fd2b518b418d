"""A real Chromium on a machine that is enrolled: its agent has given it the certificate and the policy to show it.

The whole browser, as the one without windows of its own reads no policies; in namespaces of its own, where its policies
stand in a folder of the test's.
"""

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import BrowserContext, async_playwright

from agents.browsers.browsers import OnLinux
from agents.browsers.people import Person
from agents.keys.browser import joined
from tests.rig.browser import ARGUMENTS
from tests.rig.machines import Machine

CHROMIUM = "/usr/bin/chromium"
WRAPPED = """#!/bin/sh
exec unshare --user --map-root-user --mount sh -c 'mount --bind "$0" /etc/chromium && exec "$@"' \\
  '{policies}' {chromium} "$@"
"""
THERE = (
    os.access(CHROMIUM, os.X_OK) and shutil.which("pk12util") is not None and Path("/etc/chromium").is_dir()
)
"""Whether this machine has all that is needed."""


@asynccontextmanager
async def enrolled_browser(
    folder: Path, of: Machine | None, domain: str, arguments: Sequence[str] = ()
) -> AsyncIterator[BrowserContext]:
    """`of`: None for a machine without an agent. Ended when the block ends."""
    home, root, wrapper = folder / "home", folder / "root", folder / "chromium"
    home.mkdir()
    (root / "etc/chromium").mkdir(parents=True)
    if of is not None:
        browsers = OnLinux(f"https://devices.{domain}", root, [Person(os.getuid(), os.getgid(), home)])
        browsers.give(joined(of.agent.browser_key, of.certificate.chain))
    wrapper.write_text(WRAPPED.format(policies=root / "etc/chromium", chromium=CHROMIUM))
    wrapper.chmod(0o755)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch_persistent_context(
            folder / "profile",
            executable_path=wrapper,
            args=[*ARGUMENTS, "--password-store=basic", *arguments],
            env={"HOME": str(home), "PATH": os.environ["PATH"]},
            ignore_https_errors=True,
            locale="cs",
            timeout=30_000,
        )
        try:
            yield browser
        finally:
            await browser.close()
