"""What an act earns: rules, their specifications and sets, and statements."""
