"""What the server answers over HTTP: the GraphQL endpoint, pages, files, health and metrics."""
