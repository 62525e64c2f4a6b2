"""A person, or a script, talks to a stage."""
