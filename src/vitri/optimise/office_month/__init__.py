"""A month of one office: each registration to one responsible official and helpers, roles, alternatives."""
