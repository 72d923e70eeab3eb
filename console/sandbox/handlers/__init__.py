"""One module an area; each function answers the operation that its decorator names."""
