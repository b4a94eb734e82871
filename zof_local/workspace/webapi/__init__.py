"""Slack's Web API: methods under ``/api/<method>`` as slack_sdk calls them."""
