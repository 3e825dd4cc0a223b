"""What is printed when the program breaks: type and place, never a value."""
