"""`python -m wsconform` is the `wsconform` command."""

from wsconform.cli import main

if __name__ == "__main__":
    main()
