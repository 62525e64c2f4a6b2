"""The subcommands of `wsconform`, one a module; each has its click command as `command`."""
