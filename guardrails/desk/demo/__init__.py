"""The main job as a story: drafted, judged, signed, filled, refused, stopped, verified."""
