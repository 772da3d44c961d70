"""`python -m hulk_cli`, the same as `hulk`."""

from hulk_cli.app import main

if __name__ == "__main__":
    main()
