"""Measuring catalog rows: every candidate is run on this device against torch, in processes of their own."""
