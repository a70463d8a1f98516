"""Tiny random cases of the quota engine, and the least of everything tried: oracles that share no search."""
