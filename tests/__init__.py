"""Tests: every name is a sentence; real servers, no mocks."""
