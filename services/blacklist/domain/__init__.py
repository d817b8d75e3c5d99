"""Pure rules of blacklist: no input or output, no clock, no contract."""
