"""What people ask for beyond their roles, who decides, and what of it is in force."""
