"""Draws an HTML document from its standard input as PDF (PDF/UA: tagged, for readers aloud) to its standard output.

It fetches nothing, whatever the document names, steps back behind whoever decides, and ends with who started it.
"""

import os
import sys

from gateway.beginning import die_with

NICENESS = 10  # of 19: somebody waits for the page
ACCESSIBLE = "pdf/ua-1"  # ISO 14289-1


def command(parent: int) -> list[str]:
    """What starts this module; `parent` is the process that will wait for it."""
    return [sys.executable, "-m", "gateway.commands.pdf_process", str(parent)]


def main(parent: str) -> int:
    die_with(int(parent))()
    os.nice(NICENESS)
    from weasyprint import HTML  # noqa: PLC0415 - whoever only asks for the command does without
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    document = HTML(string=sys.stdin.buffer.read().decode(), url_fetcher=URLFetcher(allowed_protocols=[]))
    drawn = document.write_pdf(pdf_variant=ACCESSIBLE, pdf_tags=True)
    sys.stdout.buffer.write(drawn)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
