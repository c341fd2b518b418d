"""What is given back is gone, and what runs again runs as before."""

import subprocess
import sys

PROGRAM = """
import hashlib, sqlite3, zlib
from cryptography.hazmat.primitives.asymmetric import ec
from config import mapped_code
from gateway.commands import heap

def work():
    key = ec.derive_private_key(7, ec.SECP256R1()).public_key().public_numbers().x
    rows = sqlite3.connect(":memory:").execute("SELECT upper('a') || 1").fetchall()
    return hashlib.sha256(b"a").hexdigest(), zlib.compress(b"a" * 99), key, rows

def kept_of(mode):
    kept, counts = 0, False
    for line in open("/proc/self/smaps"):
        if mapped_code.MAPPING.match(line):
            counts = f" {mode} " in line and ".so" in line
        elif counts and line.startswith("Rss:"):
            kept += int(line.split()[1])
    return kept

first, before = work(), [kept_of("r-xp"), kept_of("r--p")]
mapped_code.give_back_code()
after = [kept_of("r-xp"), kept_of("r--p")]
assert work() == first
heap.give_back()
heap.settle()
assert work() == first
print(*before, *after)
"""


def test_code_that_ran_and_what_was_read_beside_it_is_given_back_and_runs_again() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    code, beside, code_after, beside_after = map(int, done.stdout.split())
    assert code_after < code / 2
    assert beside_after < beside / 2
