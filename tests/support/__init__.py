"""What several test levels share: a tiny aggregate of their own."""
