"""What a template comes to once it is deployed: APIs, stages, snapshots, functions, and who may do what."""
