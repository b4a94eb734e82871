"""The console: web pages for people who follow a run's link. Server-rendered, no foreign assets."""
