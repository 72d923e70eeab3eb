"""Forms of what people, groups and resources have alike."""
