"""Pages about policies, on the host `policies.`: what is in force, proposals, versions, incidents, questions."""
