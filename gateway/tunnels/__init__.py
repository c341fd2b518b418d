"""Tunnels: WireGuard's peers, what they may reach, and which connections there were. It knows devices by their key and
address alone; whose they are and what they may is said to it.
"""
