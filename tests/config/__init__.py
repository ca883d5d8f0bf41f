"""Tests of settings, secrets and the doctor."""
