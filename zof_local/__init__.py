"""A Zof and a Slack for one machine: real HTTP servers on loopback, with no account."""
