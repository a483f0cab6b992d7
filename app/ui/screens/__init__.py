"""What a person sees and touches: stage, live view, scan, photos, result, settings, errors."""
