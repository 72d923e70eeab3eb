"""Pages of what people, groups and resources have alike; `urls.py` gives them to each area."""
