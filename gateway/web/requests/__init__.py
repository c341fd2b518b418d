"""Pages on the host `requests.`: asking for access, deciding, orders, delegations, reviews."""
