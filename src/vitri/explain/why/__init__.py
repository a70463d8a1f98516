"""Why this number, and why this person: a saved run asked back, without a solver."""
