"""Pages of access reviews, on the host `policies.`."""
