"""What an agent keeps on disk: its state folder, and the little that everybody at the machine may read."""
