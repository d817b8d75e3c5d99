"""The read models of compensation."""
