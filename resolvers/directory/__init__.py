"""The organization tree, its members and their roles; merging members and closing organizations."""
