"""`python -m server` is `houseful`."""

from server.cli import main

if __name__ == "__main__":
    main()
