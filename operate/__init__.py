"""The command line of the people who run Amends, and the local stack it can bring up."""
