"""Compensation (赔付协商): one negotiation per complaint, from the demand to a signed and paid settlement."""
