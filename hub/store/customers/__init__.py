"""Customers as the outside reads them: records and timelines."""
