"""Sharing out posts: every ceiling at once, who gains and who loses a post, rules that never take back."""
