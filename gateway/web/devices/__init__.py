"""The pages of those who administer devices."""
