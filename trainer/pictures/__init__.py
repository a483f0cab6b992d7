"""Pictures made of the photographs: other backgrounds, other cameras and lights, scenes of many fingers."""
