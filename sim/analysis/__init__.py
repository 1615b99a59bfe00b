"""What is made of a sweep's results, by libraries made for it and a few estimators of our own."""
