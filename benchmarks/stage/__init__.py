"""The stage beside serverless-offline, both with the handlers of `app/`, and beside a bare echo server, the floor."""
