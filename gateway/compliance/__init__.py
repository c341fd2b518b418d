"""What the decrees on cyber security demand of such a gateway, held against what is in force here. Decides nothing."""
