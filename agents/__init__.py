"""What runs on endpoints. Empty until devices are enrolled; the room exists so that import rules cover it."""
