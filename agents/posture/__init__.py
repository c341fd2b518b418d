"""How the agent finds out the state of its machine: a collector for each operating system, which asks a `Machine`.

A fact that cannot be read is absent. No collector guesses, and none raises for what a machine answers.
"""
