"""Courses, studies and the course board."""
