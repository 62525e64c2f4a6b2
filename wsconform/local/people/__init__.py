"""What people see of a stage: lines, the status page, reloading."""
