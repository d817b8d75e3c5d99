"""Blacklist (职业投诉人与重点客户名单): who is watched, why, until when, and who decided it; never a locked door."""
