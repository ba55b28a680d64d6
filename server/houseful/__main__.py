"""`python -m server` is `houseful`."""

from houseful.cli.commands import main

if __name__ == "__main__":
    main()
