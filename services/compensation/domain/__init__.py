"""Pure rules of compensation: no input or output, no clock, no contract."""
