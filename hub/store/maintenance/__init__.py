"""Whole servers: their keys copied elsewhere, their files written anew."""
