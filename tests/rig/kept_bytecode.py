"""What pytest makes of sources is kept for the next run, also where Python is told to keep nothing: of the tests' own,
and of its plugins'. To make it anew takes more than ten seconds of each process.

Processes that tests start go by their environment.
"""

import sys

sys.dont_write_bytecode = False
