"""What is asked of those who let people come and go."""
