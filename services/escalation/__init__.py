"""Escalation (升级): where a complaint goes, who goes over whose head, and which complaints are one."""
