"""`python -m verhulst` is the command line."""

from verhulst.cli import main

if __name__ == "__main__":
    main()
