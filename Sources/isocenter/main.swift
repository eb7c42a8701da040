print("isocenter")
