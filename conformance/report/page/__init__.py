"""The HTML report: a trace viewer in one file that needs nothing from elsewhere."""
