"""What the live engine is held against: graphql-transport-ws at /graphql, a new version on POST /change."""
