"""The only room that knows the solvers: sizing of posts, structure of positions, people and ranks."""
