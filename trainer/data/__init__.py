"""What is learned from: the photographs, their values and boxes, and who trains, chooses and measures."""
