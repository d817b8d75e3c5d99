"""Pure domain code that several services need. Imports nothing of ours, reads no clock, talks to nobody."""
