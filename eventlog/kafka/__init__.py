"""The engine's Kafka side: publish by batch with one partitioner, receive raw records without touching headers."""
