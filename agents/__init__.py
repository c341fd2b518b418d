"""What runs on endpoints: `posture` finds out the state of a machine, `protocol` is what it and the gateway say."""
