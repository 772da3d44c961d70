"""One module a metric: gold and predicted labels in, counts and an exact fraction in percent out."""
