"""The scenario language: its words, as typed models."""
