"""The start: progress of the first visit, installation, offline copy and update."""
