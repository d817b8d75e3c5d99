"""All SQL of compensation."""
