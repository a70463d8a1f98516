"""Sharing out posts: min-plus over the tree for every ceiling at once, who gains and who loses, monotone rules."""
