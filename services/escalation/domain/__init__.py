"""Pure rules of escalation: no input or output, no clock, no contract."""
