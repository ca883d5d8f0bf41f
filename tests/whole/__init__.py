"""Whole ways: real HTTP from a customer's word to the answer, the same on every topology."""
