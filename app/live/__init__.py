"""What the live engine needs from the application: viewers, sources, executions, versions, announcements."""
