"""Block Kit: what Slack accepts, checked without I/O."""
