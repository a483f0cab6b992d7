"""The nail detector: the one that ships, trained on pictures made anew, and YOLOv8n as the comparison."""
