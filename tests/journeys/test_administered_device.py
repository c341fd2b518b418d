"""The story of a device: its person enrols it by a real agent, an administrator of the municipality approves it at a
page, the person opens what needs a device in order, its state worsens, access ends, and an officer finds all of it.
"""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from agents.protocol.facts import Fact, FactName
from gateway.audit.entry import Code
from gateway.demo.start import DOMAIN
from gateway.demo.world import Account
from tests.gateway.devices.agent import IN_ORDER
from tests.rig.attacked import Ground, attacked
from tests.rig.browser import faults_in_looks

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
