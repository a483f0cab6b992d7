"""The ways through the rooms: from photographs to models, and the research beside it."""
