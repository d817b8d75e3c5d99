"""What every service process needs around its domain: the HTTP door, identity, health, numbers, logs, the run.

It knows no service and no contract; the engine (`eventlog/`) knows nothing of it.
"""
