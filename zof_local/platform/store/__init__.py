"""What the platform remembers: one SQLite file, plain functions over a connection for each kind of thing."""
