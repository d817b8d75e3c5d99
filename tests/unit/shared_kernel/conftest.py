"""Property tests here measure rules, not a shared machine's speed, and leave no files in the tree."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("rules", deadline=None, database=None)
settings.load_profile("rules")
