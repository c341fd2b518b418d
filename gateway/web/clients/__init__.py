"""The pages of applications that people sign in to by our OpenID Provider."""
