"""Where the nails are: letterbox, detector, NMS, and following them from frame to frame."""
