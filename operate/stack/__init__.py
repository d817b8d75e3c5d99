"""The local stack: the real PostgreSQL and Apache Kafka, and our services, as processes of this machine.

For development, the demo, tests and benchmarks; nothing in production imports it.
"""
