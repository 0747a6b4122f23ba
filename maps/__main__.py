"""`python -m maps` is `coverplan`."""

from maps.cli import main

if __name__ == "__main__":
    main()
