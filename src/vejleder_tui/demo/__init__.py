"""The sandbox: synthetic people and courses, built through the services."""
