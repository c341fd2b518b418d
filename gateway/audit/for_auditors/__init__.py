from pathlib import Path

VERIFIER = "brana_verify.py"
PROGRAM = Path(__file__).with_name(VERIFIER)
"""What anybody verifies with; it needs nothing of ours."""
