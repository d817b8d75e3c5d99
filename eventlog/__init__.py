"""The engine: append, fold, relay, inbox, projections, reactions, timers, chain, person keys, dead letters.

It knows no service and no contract: it sees keys, headers and bytes.
"""
